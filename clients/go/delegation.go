package mayfly

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"time"

	"google.golang.org/protobuf/proto"

	"mayfly.local/mayfly/internal/chain"
	"mayfly.local/mayfly/internal/mayflyv1"
)

// DelegationTerms are what a delegate gets: never more than its delegator holds.
type DelegationTerms struct {
	// Scope is 1 to 32 scopes, each covered by one that the delegator holds.
	Scope []string
	// Audience is 1 to 8 of the audiences of the delegator's token; nil takes them all.
	Audience []string
	// Lifetime is how long the new grant may live, renewals included, rounded up to whole seconds; 0
	// takes what is left of the delegator's token.
	Lifetime time.Duration
	// MaximumUses are uses that the delegator gives away; needed where its own are limited, else 0
	// sets no limit.
	MaximumUses uint32
	// ByReference asks for a short token that the broker resolves.
	ByReference bool
}

// AgentDescription is the public face of a live agent.
type AgentDescription struct {
	AgentID   string
	PublicKey ed25519.PublicKey
	// GrantID is the agent's own grant.
	GrantID string
	// ExpiresAt is when its token ends, NotAfter what no renewal passes.
	ExpiresAt, NotAfter time.Time
	// Root is the root statement of a chain from its own grant, base64url.
	Root string
}

// Describe looks up a live agent by its SPIFFE ID. It is refused with DELEGATE_UNKNOWN where no
// such agent lives.
func (client *Client) Describe(ctx context.Context, agentID string) (AgentDescription, error) {
	answer := &mayflyv1.DescribeResponse{}
	err := client.call(ctx, method{agentsService, "Describe"}, repeatable,
		&mayflyv1.DescribeRequest{AgentId: agentID}, answer)
	if err != nil {
		return AgentDescription{}, err
	}
	if len(answer.GetPublicKey()) != ed25519.PublicKeySize || answer.GetRoot() == "" {
		return AgentDescription{}, protocolViolation("a description has no key or no root statement")
	}
	return AgentDescription{
		AgentID: answer.GetAgentId(), PublicKey: answer.GetPublicKey(), GrantID: answer.GetGrantId(),
		ExpiresAt: fromUnix(answer.GetExpiresAt()), NotAfter: fromUnix(answer.GetNotAfter()),
		Root: answer.GetRoot(),
	}, nil
}

// Delegate passes a part of what a token states on to another live agent. The delegator's key signs
// the hop, which is the proof; the new token is bound to the delegate's key. Needs no app.
//
// It is refused, for example, with DELEGATE_UNKNOWN, SCOPE_VIOLATION, LIFETIME_VIOLATION or
// DEPTH_EXCEEDED, and fails with ErrOutcomeUnknown where the answer was lost.
func (client *Client) Delegate(
	ctx context.Context, token string, key ed25519.PrivateKey, to string, terms DelegationTerms,
) (IssuedToken, error) {
	if err := checkKey(key); err != nil {
		return IssuedToken{}, err
	}
	holding, err := client.holding(ctx, token)
	if err != nil {
		return IssuedToken{}, err
	}
	delegate, err := client.Describe(ctx, to)
	if err != nil {
		return IssuedToken{}, err
	}
	draft, err := draftHop(holding, key, delegate, terms)
	if err != nil {
		return IssuedToken{}, err
	}
	lifetime, err := wholeSeconds(terms.Lifetime)
	if err != nil {
		return IssuedToken{}, err
	}
	answer := &mayflyv1.DelegateResponse{}
	err = client.prove(ctx, method{agentsService, "Delegate"}, notRepeatable, false, answer,
		func(session *session) (proto.Message, error) {
			hop := draft
			hop.Issuer, hop.Challenge = session.issuer, session.challenge
			hop.ProofSequence = session.nextSequence()
			hop.IssuedAt = uint64(session.now().Unix())
			if hop.ExpiresAt = holding.ExpiresAt; lifetime > 0 {
				hop.ExpiresAt = hop.IssuedAt + uint64(lifetime)
			}
			return &mayflyv1.DelegateRequest{
				Token: token, Hop: hop.Sign(key), ByReference: terms.ByReference,
			}, nil
		})
	if err != nil {
		return IssuedToken{}, err
	}
	return issuedToken(answer.GetAgent())
}

// draftHop makes a hop that lacks only what the connection gives: challenge, number and times.
func draftHop(
	holding chain.Holding, key ed25519.PrivateKey, delegate AgentDescription, terms DelegationTerms,
) (chain.Hop, error) {
	// Checked here because they go into a text that the broker reads strictly.
	if _, ok := chain.ParseAgentID(delegate.AgentID); !ok {
		return chain.Hop{}, protocolViolation("a description has no SPIFFE ID")
	}
	if holding.Depth >= chain.MaximumHops {
		return chain.Hop{}, invalidRequest("a chain has at most five hops")
	}
	if len(terms.Scope) < 1 || len(terms.Scope) > 32 || !all(terms.Scope, chain.IsScope) {
		return chain.Hop{}, invalidRequest("delegate 1 to 32 well-formed scopes")
	}
	if len(terms.Audience) > 8 || !all(terms.Audience, chain.IsAudience) {
		return chain.Hop{}, invalidRequest("delegate at most 8 well-formed audiences")
	}
	hop := chain.Hop{
		Delegator: holding.Agent, Delegate: delegate.AgentID, Held: holding.Scope, Scope: terms.Scope,
		Audience: terms.Audience, MaximumUses: terms.MaximumUses, Parent: holding.Grant,
		Depth: holding.Depth + 1, Previous: holding.Previous,
	}
	copy(hop.DelegatorKey[:], publicKey(key))
	copy(hop.DelegateKey[:], delegate.PublicKey)
	return hop, nil
}

// holding is what a token says its agent holds; of a token by reference the broker says it. The
// root statement is in the delegator's grant, and no token of depth 0 repeats it.
func (client *Client) holding(ctx context.Context, token string) (chain.Holding, error) {
	payload, ok := chain.Payload(token)
	if !ok {
		return chain.Holding{}, invalidRequest("this is not a token")
	}
	holding, ok := chain.ReadHolding(payload)
	if !ok {
		validation, err := client.Validate(ctx, token, ValidateOptions{})
		if err != nil {
			return chain.Holding{}, err
		}
		if !validation.IsValid {
			return chain.Holding{}, &RefusedError{
				Status: "UNAUTHENTICATED", Reason: "TOKEN_NOT_VALID", Message: "the token is not valid",
			}
		}
		if holding, ok = chain.ReadHolding(validation.Claims); !ok {
			return chain.Holding{}, invalidRequest("these claims cannot be delegated from")
		}
	}
	if holding.Depth == 0 {
		delegator, err := client.Describe(ctx, holding.Agent)
		if err != nil {
			return chain.Holding{}, err
		}
		holding.Previous = sha256.Sum256([]byte(delegator.Root))
	}
	return holding, nil
}

func all(texts []string, hasForm func(string) bool) bool {
	for _, text := range texts {
		if !hasForm(text) {
			return false
		}
	}
	return true
}
