package chain

import (
	"crypto/ed25519"
	"crypto/sha256"
	"strings"
)

// MaximumToken is the length of the longest token there is, in characters.
const MaximumToken = 16 * 1024

// Link is an agent and the grant by which it holds its authority.
type Link struct {
	Agent, Grant string
}

// Verified is a token whose signature and whole lineage were verified.
type Verified struct {
	Grant, TokenID, Issuer, KeyID string
	ExpiresAt                     uint64
	// Worth nothing until the broker has been asked.
	IsOnline bool
	// A token by reference; what is below is empty then.
	IsReference         bool
	Subject             string
	Scope, Audience     []string
	NotBefore, IssuedAt uint64
	KeyThumbprint       string
	// From the root to the subject.
	Lineage []Link
	// JSON, exactly as signed.
	Payload []byte
}

// Key is one that the broker signs tokens with.
type Key struct {
	// RFC 7638, base64url.
	ID     string
	public [32]byte
	// Compared, never interpreted, so that no token chooses an algorithm or a key.
	header string
}

// NewKey makes one of 32 bytes.
func NewKey(public [32]byte) Key {
	id := Thumbprint(public)
	return Key{
		ID: id, public: public,
		header: EncodeBase64URL([]byte(`{"alg":"EdDSA","typ":"JWT","kid":"` + id + `"}`)),
	}
}

// Thumbprint is a key's RFC 7638 thumbprint in base64url.
func Thumbprint(public [32]byte) string {
	digest := thumbprintDigest(public)
	return EncodeBase64URL(digest[:])
}

func thumbprintDigest(public [32]byte) [32]byte {
	return sha256.Sum256(
		[]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + EncodeBase64URL(public[:]) + `"}`))
}

// Times are seconds since the Unix epoch, and seconds of leeway.
type Times struct {
	Now, Leeway uint64
}

// Check tells whether a token's times are good. Times that no clock reaches are no overflow. The
// error is a Refusal.
func (times Times) Check(notBefore, issuedAt, expiresAt uint64) error {
	if expiresAt <= times.Now && times.Now-expiresAt >= times.Leeway {
		return Expired
	}
	isAhead := func(time uint64) bool { return time > times.Now && time-times.Now > times.Leeway }
	if isAhead(notBefore) || isAhead(issuedAt) {
		return NotYetValid
	}
	return nil
}

// Verify checks a token and the whole lineage in it. The error is a Refusal.
func Verify(token string, keys []Key, issuer, audience string, times Times) (*Verified, error) {
	key, payload, err := verifySignature(token, keys)
	if err != nil {
		return nil, err
	}
	stated, err := parseClaims(payload)
	if err != nil {
		return nil, err
	}
	if stated.issuer != issuer {
		return nil, IssuerMismatch
	}
	verified := &Verified{
		Grant: stated.grant, TokenID: stated.tokenID, Issuer: stated.issuer, KeyID: key.ID,
		ExpiresAt: stated.expiresAt, IsOnline: stated.isOnline, Payload: payload,
		IsReference: stated.authority == nil,
	}
	if authority := stated.authority; authority != nil {
		verified.Subject, verified.KeyThumbprint = authority.subject, authority.thumbprintText
		verified.Scope, verified.Audience = authority.scope, authority.audience
		verified.NotBefore, verified.IssuedAt = authority.notBefore, authority.issuedAt
	}
	err = times.Check(verified.NotBefore, verified.IssuedAt, verified.ExpiresAt)
	if err != nil {
		return nil, err
	}
	if verified.IsReference {
		return verified, nil
	}
	if audience != "" && !Contains(verified.Audience, audience) {
		return nil, AudienceMismatch
	}
	if err := verified.follow(stated); err != nil {
		return nil, err
	}
	return verified, nil
}

func verifySignature(token string, keys []Key) (key Key, payload []byte, err error) {
	header, rest, hasPayload := strings.Cut(token, ".")
	encoded, signatureText, hasSignature := strings.Cut(rest, ".")
	_, isHeader := DecodeBase64URL(header)
	payload, isPayload := DecodeBase64URL(encoded)
	signature, isSignature := DecodeBase64URL(signatureText)
	if len(token) > MaximumToken || !hasPayload || !hasSignature || header == "" || encoded == "" ||
		!isHeader || !isPayload || !isSignature || len(signature) != ed25519.SignatureSize {
		return key, nil, Malformed
	}
	for _, key := range keys {
		if key.header != header {
			continue
		}
		if !ed25519.Verify(key.public[:], []byte(token[:len(header)+1+len(encoded)]), signature) {
			return key, nil, SignatureInvalid
		}
		return key, payload, nil
	}
	return key, nil, ForeignHeader
}

// follow walks the delegations of a token whose broker's signature is good.
func (verified *Verified) follow(stated claims) error {
	if delegation := stated.authority.delegation; delegation != nil {
		if len(delegation.hops) > MaximumHops {
			return DepthExceeded
		}
		root, ok := parseRoot(delegation.root)
		if !ok {
			return RootMalformed
		}
		walk := newWalk(root, delegation.root, stated.issuer)
		for _, hop := range delegation.hops {
			verified.Lineage = append(verified.Lineage, Link{walk.agent, walk.grant})
			if err := walk.follow(hop); err != nil {
				return err
			}
		}
		if err := walk.check(stated); err != nil {
			return err
		}
		// Only the broker can count uses, whether or not the token says so.
		verified.IsOnline = verified.IsOnline || walk.maximumUses > 0
	}
	verified.Lineage = append(verified.Lineage, Link{verified.Subject, verified.Grant})
	return nil
}
