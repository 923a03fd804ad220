package chain

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

const (
	// MaximumHops of a chain.
	MaximumHops = 5
	maximumHop  = 27_406
)

// hopHeader is compared, never interpreted.
var hopHeader = EncodeBase64URL([]byte(`{"alg":"EdDSA","typ":"mayfly-hop+jwt"}`))

// Hop is one delegation, as its delegator signs it. Well formed and no more: whose authority it
// passes on is for Verify or the broker to find out.
type Hop struct {
	Issuer        string
	Challenge     [32]byte
	ProofSequence uint64
	Delegator     string
	DelegatorKey  [32]byte
	Delegate      string
	DelegateKey   [32]byte
	// 1 to 32 scopes that the delegator holds, in its token's order, and those that the delegate gets.
	Held, Scope []string
	// 1 to 8; empty takes the parent's.
	Audience []string
	// 0 sets no limit.
	MaximumUses uint32
	// Seconds since the Unix epoch.
	IssuedAt, ExpiresAt uint64
	// The delegator's grant.
	Parent string
	// 1 to 5.
	Depth int
	// SHA-256 of the hop before, or of the root's text.
	Previous [32]byte
}

// Sign gives the compact JWS; the key is the one that the hop names as its delegator's.
func (hop Hop) Sign(key ed25519.PrivateKey) string {
	signed := hopHeader + "." + EncodeBase64URL(hop.payload())
	return signed + "." + EncodeBase64URL(ed25519.Sign(key, []byte(signed)))
}

func (hop Hop) payload() []byte {
	var json strings.Builder
	member := func(name string, text string) { json.WriteString(`,"` + name + `":` + text) }
	quoted := func(text string) string { return `"` + text + `"` }
	encoded := func(bytes [32]byte) string { return quoted(EncodeBase64URL(bytes[:])) }
	list := func(texts []string) string { return `["` + strings.Join(texts, `","`) + `"]` }
	whole := func(number uint64) string { return strconv.FormatUint(number, 10) }

	json.WriteString(`{"iss":` + quoted(hop.Issuer))
	member("challenge", encoded(hop.Challenge))
	member("proof_seq", whole(hop.ProofSequence))
	member("delegator", quoted(hop.Delegator))
	member("delegator_key", encoded(hop.DelegatorKey))
	member("delegate", quoted(hop.Delegate))
	member("delegate_key", encoded(hop.DelegateKey))
	member("held", list(hop.Held))
	member("scope", list(hop.Scope))
	if len(hop.Audience) > 0 {
		member("aud", list(hop.Audience))
	}
	if hop.MaximumUses > 0 {
		member("max_uses", whole(uint64(hop.MaximumUses)))
	}
	member("iat", whole(hop.IssuedAt))
	member("exp", whole(hop.ExpiresAt))
	member("parent", quoted(hop.Parent))
	member("depth", whole(uint64(hop.Depth)))
	member("prev", encoded(hop.Previous))
	json.WriteString("}")
	return []byte(json.String())
}

// signedHop is a hop as it was read.
type signedHop struct {
	Hop
	signed    string
	signature []byte
	digest    [32]byte
}

func parseHop(text string) (hop signedHop, ok bool) {
	header, rest, _ := strings.Cut(text, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	if len(text) > maximumHop || header != hopHeader {
		return hop, false
	}
	hop.signed = text[:len(header)+1+len(payload)]
	hop.digest = sha256.Sum256([]byte(text))
	hop.signature, ok = DecodeBase64URL(signature)
	if !ok || len(hop.signature) != ed25519.SignatureSize {
		return hop, false
	}
	json, ok := DecodeBase64URL(payload)
	if !ok {
		return hop, false
	}
	return hop, hop.parse(string(json))
}

func (hop *Hop) parse(json string) bool {
	reader := canonicalReader{rest: json, isGood: true}
	reader.expect(`{"iss":"`)
	hop.Issuer = reader.text(IsIssuer)
	reader.expect(`,"challenge":"`)
	hop.Challenge = reader.bytes32()
	reader.expect(`,"proof_seq":`)
	hop.ProofSequence = reader.number(0, math.MaxUint64)
	reader.expect(`,"delegator":"`)
	hop.Delegator = reader.text(isAgentID)
	reader.expect(`,"delegator_key":"`)
	hop.DelegatorKey = reader.bytes32()
	reader.expect(`,"delegate":"`)
	hop.Delegate = reader.text(isAgentID)
	reader.expect(`,"delegate_key":"`)
	hop.DelegateKey = reader.bytes32()
	reader.expect(`,"held":["`)
	hop.Held = reader.texts(maximumScopes, IsScope)
	reader.expect(`,"scope":["`)
	hop.Scope = reader.texts(maximumScopes, IsScope)
	if reader.skip(`,"aud":["`) {
		hop.Audience = reader.texts(maximumAudiences, IsAudience)
	}
	if reader.skip(`,"max_uses":`) {
		hop.MaximumUses = uint32(reader.number(1, math.MaxUint32))
	}
	reader.expect(`,"iat":`)
	hop.IssuedAt = reader.number(0, math.MaxUint64)
	reader.expect(`,"exp":`)
	hop.ExpiresAt = reader.number(0, math.MaxUint64)
	reader.expect(`,"parent":"`)
	hop.Parent = reader.text(IsReference)
	reader.expect(`,"depth":`)
	hop.Depth = int(reader.number(1, MaximumHops))
	reader.expect(`,"prev":"`)
	hop.Previous = reader.bytes32()
	reader.expect(`}`)
	return reader.end()
}

// grant is the one that the hop makes: the first half of its digest.
func (hop *signedHop) grant() string { return hex.EncodeToString(hop.digest[:16]) }

// isSigned tells whether the key that the hop names as its delegator's signed it.
func (hop *signedHop) isSigned() bool {
	return ed25519.Verify(hop.DelegatorKey[:], []byte(hop.signed), hop.signature)
}
