package mayfly

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"time"

	"google.golang.org/protobuf/proto"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// RenewalID names one renewal: the same one within 30 s is answered with the same token.
type RenewalID [16]byte

// NewRenewalID makes a random one.
func NewRenewalID() (id RenewalID, err error) {
	_, err = rand.Read(id[:])
	return id, err
}

// RenewalTerms say what a renewal changes; none keep the grant as it is.
type RenewalTerms struct {
	// Scope is a narrower one, for a grant from which nothing was delegated; nil keeps it.
	Scope []string
	// Lifetime of the new token, at most until what the grant can ever reach; 0 takes as long as the
	// old token's.
	Lifetime time.Duration
	// ID is kept where a lost answer is to be asked for again; zero makes a random one.
	ID RenewalID
}

// Renew gives the grant behind a token a new token, by the key that the token is bound to; the old
// token is dead before the new one is there. Needs no app.
//
// It is refused, for example, with TOKEN_NOT_VALID, SCOPE_VIOLATION, GRANT_HAS_CHILDREN or
// RENEWALS_EXHAUSTED.
func (client *Client) Renew(
	ctx context.Context, token string, key ed25519.PrivateKey, terms RenewalTerms,
) (IssuedToken, error) {
	if err := checkKey(key); err != nil {
		return IssuedToken{}, err
	}
	lifetime, err := wholeSeconds(terms.Lifetime)
	if err != nil {
		return IssuedToken{}, err
	}
	if terms.ID == (RenewalID{}) {
		if terms.ID, err = NewRenewalID(); err != nil {
			return IssuedToken{}, failed(ErrInvalidRequest, "no renewal id can be made", err)
		}
	}
	answer := &mayflyv1.RenewResponse{}
	err = client.prove(ctx, method{agentsService, "Renew"}, repeatable, false, answer,
		func(session *session) (proto.Message, error) {
			sequence := session.nextSequence()
			body, err := proto.Marshal(&mayflyv1.RenewBody{
				ProofSeq: sequence, Token: token, RenewalId: terms.ID[:], Scope: terms.Scope,
				TtlSeconds: lifetime,
			})
			proof := session.prove("renew", sequence, body, key)
			return &mayflyv1.RenewRequest{Body: body, Proof: proof}, encodingError(err)
		})
	if err != nil {
		return IssuedToken{}, err
	}
	return issuedToken(answer.GetAgent())
}

// AgentState is what an agent says it is doing.
type AgentState int

// What an agent can be doing.
const (
	StateUnspecified AgentState = iota
	StateActive
	StateIdle
	StateCompleting
)

// Heartbeat says that the agent of a token is alive, and what it is doing; it gives when the token
// ends. Needed where the app has a heartbeat policy. It is refused with TOKEN_NOT_VALID.
func (client *Client) Heartbeat(
	ctx context.Context, token string, state AgentState,
) (time.Time, error) {
	answer := &mayflyv1.HeartbeatResponse{}
	err := client.call(ctx, method{agentsService, "Heartbeat"}, repeatable,
		&mayflyv1.HeartbeatRequest{Token: token, State: mayflyv1.AgentState(state)}, answer)
	return fromUnix(answer.GetExpiresAt()), err
}
