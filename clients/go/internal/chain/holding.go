package chain

import (
	"crypto/sha256"
	"strings"
)

// Holding is what a token says its agent holds, as far as a hop from it needs it. Nothing is
// verified: what is wrong in it the broker refuses.
type Holding struct {
	Agent, Grant string
	Scope        []string
	ExpiresAt    uint64
	// Hops from the root.
	Depth int
	// SHA-256 of the last hop; nothing in an agent's own grant.
	Previous [32]byte
}

// ReadHolding reads a payload; false where it lacks something, as that of a token by reference
// does.
func ReadHolding(payload []byte) (Holding, bool) {
	stated, err := parseClaims(payload)
	if err != nil || stated.authority == nil {
		return Holding{}, false
	}
	holding := Holding{
		Agent: stated.authority.subject, Grant: stated.grant, Scope: stated.authority.scope,
		ExpiresAt: stated.expiresAt,
	}
	if delegation := stated.authority.delegation; delegation != nil {
		holding.Depth = len(delegation.hops)
		holding.Previous = sha256.Sum256([]byte(delegation.hops[holding.Depth-1]))
	}
	return holding, true
}

// Payload is a token's, of which nothing is verified.
func Payload(token string) ([]byte, bool) {
	_, rest, _ := strings.Cut(token, ".")
	encoded, _, isToken := strings.Cut(rest, ".")
	payload, ok := DecodeBase64URL(encoded)
	return payload, ok && isToken
}

// GrantOf is the grant that a token says it states; empty where it names none.
func GrantOf(token string) string {
	payload, _ := Payload(token)
	json, ok := parseJSON(payload)
	if !ok {
		return ""
	}
	grant, _ := json.member("grant")
	return grant.literal
}
