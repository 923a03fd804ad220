package mayfly

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// LaunchTokenRequest is a launch token to be made.
type LaunchTokenRequest struct {
	// Ceiling is 1 to 32 scopes inside the app's own: the most that the agent may ask for.
	Ceiling []string
	// Lifetime of the launch token, 1 s to 1 h; 0 means 30 s.
	Lifetime time.Duration
	// MaximumAgentLifetime is the longest life of the agent's grant; 0 takes the app's maximum.
	MaximumAgentLifetime time.Duration
	// Label is what the audit calls it: an identifier, or empty.
	Label string
}

// LaunchToken is a single-use secret with which one agent registers itself.
type LaunchToken struct {
	// Secret is 64 hexadecimal characters, shown once.
	Secret    string
	ExpiresAt time.Time
}

// String hides the secret from logs.
func (token LaunchToken) String() string {
	return "launch token until " + token.ExpiresAt.Format(time.RFC3339)
}

// GoString hides the secret from logs.
func (token LaunchToken) GoString() string { return token.String() }

// CreateLaunchToken makes a launch token for an agent of the client's app. It is refused, for
// example, with AUTHENTICATION_REQUIRED, SCOPE_VIOLATION or LAUNCH_TOKENS_EXHAUSTED. A lost answer
// leaves a token that nobody knows and that lapses by itself.
func (client *Client) CreateLaunchToken(
	ctx context.Context, request LaunchTokenRequest,
) (LaunchToken, error) {
	lifetime, err := wholeSeconds(request.Lifetime)
	if err != nil {
		return LaunchToken{}, err
	}
	agentLifetime, err := wholeSeconds(request.MaximumAgentLifetime)
	if err != nil {
		return LaunchToken{}, err
	}
	answer := &mayflyv1.CreateLaunchTokenResponse{}
	err = client.call(ctx, method{appsService, "CreateLaunchToken"}, repeatable,
		&mayflyv1.CreateLaunchTokenRequest{
			Label: request.Label, Ceiling: request.Ceiling, TtlSeconds: lifetime,
			MaxAgentTtlSeconds: agentLifetime,
		}, answer)
	if err != nil {
		return LaunchToken{}, err
	}
	return LaunchToken{
		Secret: answer.GetLaunchToken(), ExpiresAt: fromUnix(answer.GetExpiresAt()),
	}, nil
}

// Registration says how an agent registers itself.
type Registration struct {
	// LaunchToken is the secret, as it was shown.
	LaunchToken string
	// Supersede ends what was granted before under the same orchestration and task: for an agent that
	// takes the place of a crashed one.
	Supersede bool
}

// Register makes the calling process an agent, by a launch token and the agent's own key. The
// client needs no app: the launch token says which.
//
// It is refused, for example, with LAUNCH_TOKEN_INVALID, SCOPE_VIOLATION or KEY_IN_USE, and fails
// with ErrOutcomeUnknown where the answer was lost: the launch token may be used up then.
func (client *Client) Register(
	ctx context.Context, request AgentRequest, registration Registration,
) (*Agent, error) {
	request, spec, err := request.resolved(client.options)
	if err != nil {
		return nil, err
	}
	answer := &mayflyv1.RegisterResponse{}
	err = client.prove(ctx, method{agentsService, "Register"}, notRepeatable, true, answer,
		func(session *session) (proto.Message, error) {
			sequence := session.nextSequence()
			body, err := proto.Marshal(&mayflyv1.RegisterBody{
				ProofSeq: sequence, LaunchToken: registration.LaunchToken, Agent: spec,
				Supersede: registration.Supersede,
			})
			proof := session.prove("register", sequence, body, request.Key)
			return &mayflyv1.RegisterRequest{Body: body, Proof: proof}, encodingError(err)
		})
	if err != nil {
		return nil, err
	}
	return client.agent(answer.GetAgent(), request.Key)
}
