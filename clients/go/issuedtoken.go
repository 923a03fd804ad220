package mayfly

import (
	"time"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// IssuedToken is a token as the broker issued it.
type IssuedToken struct {
	// AgentID is the SPIFFE ID of the agent whose key the token is bound to.
	AgentID string
	// Token is a compact JWS, at most 16 KiB. Whoever has it may use it: keep it out of logs and
	// argument lists.
	Token string
	// GrantID is 32 lower-case hexadecimal characters, stable over renewals.
	GrantID string
	// ExpiresAt is when it ends if nothing ends it before, in whole seconds.
	ExpiresAt time.Time
}

// String shows no token.
func (issued IssuedToken) String() string { return issued.AgentID }

// GoString shows no token.
func (issued IssuedToken) GoString() string { return issued.AgentID }

// BearerHeader is the value of an Authorization header that presents the token (RFC 6750).
func (issued IssuedToken) BearerHeader() string { return "Bearer " + issued.Token }

func issuedToken(answer *mayflyv1.SpawnedAgent) (IssuedToken, error) {
	if answer.GetAgentId() == "" || answer.GetToken() == "" || answer.GetGrantId() == "" {
		return IssuedToken{}, outcomeUnknown(protocolViolation("the answer names no agent"))
	}
	return IssuedToken{
		AgentID: answer.GetAgentId(), Token: answer.GetToken(), GrantID: answer.GetGrantId(),
		ExpiresAt: fromUnix(answer.GetExpiresAt()),
	}, nil
}
