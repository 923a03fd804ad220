// Package chain verifies tokens and the delegations in them with nothing but the broker's public
// keys, as proto/PROTOCOL.md, "Verified offline", has it. It does no I/O and knows no clock.
package chain

// Refusal is why a token was not verified: a stable code, the same in every language's client
// (proto/vectors/README.md).
type Refusal string

// In the order in which they are checked: where two apply, the first is given.
const (
	Malformed           Refusal = "MALFORMED"
	ForeignHeader       Refusal = "FOREIGN_HEADER"
	SignatureInvalid    Refusal = "SIGNATURE_INVALID"
	PayloadMalformed    Refusal = "PAYLOAD_MALFORMED"
	ClaimMissing        Refusal = "CLAIM_MISSING"
	ClaimMalformed      Refusal = "CLAIM_MALFORMED"
	IssuerMismatch      Refusal = "ISSUER_MISMATCH"
	Expired             Refusal = "EXPIRED"
	NotYetValid         Refusal = "NOT_YET_VALID"
	AudienceMismatch    Refusal = "AUDIENCE_MISMATCH"
	DepthExceeded       Refusal = "DEPTH_EXCEEDED"
	RootMalformed       Refusal = "ROOT_MALFORMED"
	HopMalformed        Refusal = "HOP_MALFORMED"
	HopOrder            Refusal = "HOP_ORDER"
	DelegatorMismatch   Refusal = "DELEGATOR_MISMATCH"
	HopSignatureInvalid Refusal = "HOP_SIGNATURE_INVALID"
	ParentMismatch      Refusal = "PARENT_MISMATCH"
	HeldWidened         Refusal = "HELD_WIDENED"
	ScopeWidened        Refusal = "SCOPE_WIDENED"
	AudienceWidened     Refusal = "AUDIENCE_WIDENED"
	UsesWidened         Refusal = "USES_WIDENED"
	ExpiryWidened       Refusal = "EXPIRY_WIDENED"
	ChainHashMismatch   Refusal = "CHAIN_HASH_MISMATCH"
	GrantMismatch       Refusal = "GRANT_MISMATCH"
	SubjectMismatch     Refusal = "SUBJECT_MISMATCH"
	KeyMismatch         Refusal = "KEY_MISMATCH"
)

// Error gives the code: a refusal is an error of its own.
func (refusal Refusal) Error() string { return string(refusal) }
