package mayfly

import (
	"context"
	"crypto/ed25519"
	"sync"
	"time"
)

// Agent is one running agent: an identity, the key behind it, and its current token. Any number of
// goroutines may use it. Printing it shows its id only.
type Agent struct {
	client *Client
	key    ed25519.PrivateKey

	mutex  sync.Mutex
	issued IssuedToken
}

// Adopt makes an agent of a token and the key that it is bound to: of a delegation, for its
// delegate.
func (client *Client) Adopt(issued IssuedToken, key ed25519.PrivateKey) *Agent {
	return &Agent{client: client, key: key, issued: issued}
}

// Issued is the agent's current token, with what goes with it.
func (agent *Agent) Issued() IssuedToken {
	agent.mutex.Lock()
	defer agent.mutex.Unlock()
	return agent.issued
}

// ID is the SPIFFE ID spiffe://{trust domain}/agent/{orchestration}/{task}/{instance}, whose
// instance is never given again.
func (agent *Agent) ID() string { return agent.Issued().AgentID }

// Token is the current one.
func (agent *Agent) Token() string { return agent.Issued().Token }

// BearerHeader is the value of an Authorization header that presents the current token.
func (agent *Agent) BearerHeader() string { return agent.Issued().BearerHeader() }

// Key is the agent's own, which its token names in cnf.jkt (RFC 7800).
func (agent *Agent) Key() ed25519.PrivateKey { return agent.key }

// String is the id.
func (agent *Agent) String() string { return agent.ID() }

// GoString is the id.
func (agent *Agent) GoString() string { return agent.ID() }

// Renew gives the agent a new token; the one before is dead. It is refused as Client.Renew is.
func (agent *Agent) Renew(ctx context.Context, terms RenewalTerms) error {
	issued, err := agent.client.Renew(ctx, agent.Token(), agent.key, terms)
	if err != nil {
		return err
	}
	agent.mutex.Lock()
	defer agent.mutex.Unlock()
	agent.issued = issued
	return nil
}

// Delegate passes a part of what the agent holds on to another live agent, by its SPIFFE ID, and
// gives the token to hand over. It is refused as Client.Delegate is.
func (agent *Agent) Delegate(
	ctx context.Context, to string, terms DelegationTerms,
) (IssuedToken, error) {
	return agent.client.Delegate(ctx, agent.Token(), agent.key, to, terms)
}

// Heartbeat says that the agent is alive, and what it is doing; it gives when its token ends.
func (agent *Agent) Heartbeat(ctx context.Context, state AgentState) (time.Time, error) {
	return agent.client.Heartbeat(ctx, agent.Token(), state)
}

// Release ends the agent's grant and all that hangs on it; false where it had ended before.
func (agent *Agent) Release(ctx context.Context) (bool, error) {
	return agent.client.Release(ctx, agent.Token())
}
