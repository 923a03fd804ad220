package mayfly

import (
	"time"

	"mayfly.local/mayfly/internal/chain"
)

// VerificationError is why a token was not accepted.
type VerificationError struct {
	// Code is stable, the same in every language's client: those of proto/vectors/README.md, and of a
	// Verifier also SCOPE_VIOLATION, REVOKED, REVOCATIONS_STALE, BROKER_REQUIRED, BROKER_UNREACHABLE
	// and TOKEN_NOT_VALID.
	Code string
	// Token is what was verified before it was not accepted; nil where it is not the broker's.
	Token *VerifiedToken
	// Cause is why the broker could not be asked.
	Cause error
}

// Error gives the code and what it means.
func (unverified *VerificationError) Error() string {
	return sentence(unverified.Code, verificationSentences[unverified.Code])
}

// Unwrap gives the cause.
func (unverified *VerificationError) Unwrap() error { return unverified.Cause }

var verificationSentences = map[string]string{
	"MALFORMED":             "this is not a token",
	"FOREIGN_HEADER":        "none of the broker's keys signs tokens with this header",
	"SIGNATURE_INVALID":     "the broker did not sign this",
	"PAYLOAD_MALFORMED":     "the claims are not strict JSON",
	"CLAIM_MISSING":         "a claim that every token has is missing",
	"CLAIM_MALFORMED":       "a claim does not have its form",
	"ISSUER_MISMATCH":       "it is from another issuer",
	"EXPIRED":               "it has expired",
	"NOT_YET_VALID":         "it is not valid yet",
	"AUDIENCE_MISMATCH":     "it is for somebody else",
	"DEPTH_EXCEEDED":        "its chain is longer than any may be",
	"ROOT_MALFORMED":        "the root statement does not have its form",
	"HOP_MALFORMED":         "a hop does not have its form",
	"HOP_ORDER":             "a hop does not stand where it belongs",
	"DELEGATOR_MISMATCH":    "a hop is by somebody who was not delegated to",
	"HOP_SIGNATURE_INVALID": "a hop was not signed by its delegator",
	"PARENT_MISMATCH":       "a hop is from another grant than the one before it made",
	"HELD_WIDENED":          "a delegator claims a scope that it did not hold",
	"SCOPE_WIDENED":         "the scope grew on the way",
	"AUDIENCE_WIDENED":      "the audience grew on the way",
	"USES_WIDENED":          "the uses grew on the way",
	"EXPIRY_WIDENED":        "the expiry grew on the way",
	"CHAIN_HASH_MISMATCH":   "the chain is not the one that the token names",
	"GRANT_MISMATCH":        "the grant is not the one that the last hop made",
	"SUBJECT_MISMATCH":      "the subject is not the last delegate",
	"KEY_MISMATCH":          "the key is not the last delegate's",
	scopeViolation:          "it does not cover what is asked for",
	revoked:                 "it, or something that it hangs on, has ended",
	revocationsStale:        "ends may have been missed, and there is no broker to ask",
	brokerRequired:          "only the broker can say, and there is none to ask",
	brokerUnreachable:       "the broker could not be asked",
	tokenNotValid:           "the broker says that it is not valid",
}

// Link is an agent of a lineage, and the grant by which it holds what it holds.
type Link struct {
	AgentID, Orchestration, Task, GrantID string
}

// VerifiedToken is a token whose signature and whole lineage were verified. It says what was
// granted, by whom and until when; whether it has ended since, a Verifier knows. It is shared:
// leave it as it is.
type VerifiedToken struct {
	// TokenID is the jti, GrantID the grant, Issuer the iss, KeyID the kid of the signing key.
	TokenID, GrantID, Issuer, KeyID string
	// Subject is the agent's SPIFFE ID; empty in a token by reference, as is all that follows.
	Subject string
	// Scope is what it allows, Audience whom it is meant for.
	Scope, Audience []string
	// KeyThumbprint is of the key that its agent can be asked to sign with (RFC 7638), base64url.
	KeyThumbprint string
	// Lineage is from the root to the subject: one link for a token that was not delegated, at most
	// six.
	Lineage []Link
	// IsOnline: worth nothing until the broker has been asked.
	IsOnline bool
	// IsReference: it stands for claims that only the broker has.
	IsReference bool
	// Claims is JSON, exactly as signed; of a token by reference that a Verifier asked the broker
	// about, what it refers to.
	Claims []byte

	issuedAt, notBefore, expiresAt uint64
}

// IssuedAt is zero in a token by reference.
func (token *VerifiedToken) IssuedAt() time.Time {
	if token.IsReference {
		return time.Time{}
	}
	return fromUnix(token.issuedAt)
}

// ExpiresAt is when it ends if nothing ends it before.
func (token *VerifiedToken) ExpiresAt() time.Time { return fromUnix(token.expiresAt) }

// ChainOptions say how VerifyChain judges.
type ChainOptions struct {
	Keys BrokerKeys
	// Audience that the token must name; empty asks for none. A token by reference names none: its
	// audience is for the broker to say.
	Audience string
	// Now is the verifier's clock; zero takes this process's.
	Now time.Time
	// Leeway is how far that clock and the broker's may be apart, in whole seconds.
	Leeway time.Duration
}

// VerifyChain verifies a token and the whole lineage in it with nothing but the broker's public
// keys: the broker's signature over all of it, each hop by the key that the root or the hop before
// names, their order, and that nothing grew on the way. About 60 microseconds, and as much again
// for each hop. The error is a *VerificationError.
func VerifyChain(token string, options ChainOptions) (*VerifiedToken, error) {
	if options.Now.IsZero() {
		options.Now = time.Now()
	}
	verified, err := chain.Verify(
		token, options.Keys.keys, options.Keys.Issuer, options.Audience,
		chainTimes(options.Now, options.Leeway))
	if err != nil {
		return nil, &VerificationError{Code: err.Error()}
	}
	return newVerifiedToken(verified), nil
}

func chainTimes(now time.Time, leeway time.Duration) chain.Times {
	times := chain.Times{Leeway: uint64(leeway / time.Second)}
	if seconds := now.Unix(); seconds > 0 {
		times.Now = uint64(seconds)
	}
	return times
}

func newVerifiedToken(verified *chain.Verified) *VerifiedToken {
	token := &VerifiedToken{
		TokenID: verified.TokenID, GrantID: verified.Grant, Issuer: verified.Issuer,
		KeyID: verified.KeyID, Subject: verified.Subject, Scope: verified.Scope,
		Audience: verified.Audience, KeyThumbprint: verified.KeyThumbprint,
		IsOnline: verified.IsOnline, IsReference: verified.IsReference, Claims: verified.Payload,
		issuedAt: verified.IssuedAt, notBefore: verified.NotBefore, expiresAt: verified.ExpiresAt,
	}
	for _, link := range verified.Lineage {
		id, _ := chain.ParseAgentID(link.Agent)
		token.Lineage = append(token.Lineage, Link{
			AgentID: link.Agent, Orchestration: id.Orchestration, Task: id.Task, GrantID: link.Grant,
		})
	}
	return token
}

// ScopeCovers tells whether who holds one scope may do what another says; neither where one of them
// is no scope.
func ScopeCovers(held, wanted string) bool {
	return chain.IsScope(held) && chain.IsScope(wanted) && chain.Covers(held, wanted)
}
