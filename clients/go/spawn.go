package mayfly

import (
	"context"
	"crypto/ed25519"

	"google.golang.org/protobuf/proto"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// Spawn gives one new agent its identity and its token, proven by the agent's own key. When it
// returns, the spawn is on the broker's disk and in its audit.
//
// It is refused, for example, with SCOPE_VIOLATION or ORCHESTRATION_NOT_OWNED, and fails with
// ErrOutcomeUnknown where the answer was lost.
func (client *Client) Spawn(ctx context.Context, request AgentRequest) (*Agent, error) {
	request, spec, err := request.resolved(client.options)
	if err != nil {
		return nil, err
	}
	if err := client.needsApp(); err != nil {
		return nil, err
	}
	answer := &mayflyv1.SpawnResponse{}
	err = client.prove(ctx, method{agentsService, "Spawn"}, notRepeatable, false, answer,
		func(session *session) (proto.Message, error) {
			sequence := session.nextSequence()
			body, err := proto.Marshal(&mayflyv1.SpawnBody{ProofSeq: sequence, Agent: spec})
			proof := session.prove("spawn", sequence, body, request.Key)
			return &mayflyv1.SpawnRequest{Body: body, Proof: proof}, encodingError(err)
		})
	if err != nil {
		return nil, err
	}
	return client.agent(answer.GetAgent(), request.Key)
}

// SpawnBatch spawns 1 to 1,024 agents, all or none, in the order of the requests, vouched for by a
// key that the operator registered for the app: one signature where each agent's own would be one
// each.
//
// It is refused as Spawn is, and with ATTESTATION_KEY_UNKNOWN or BATCH_SIZE.
func (client *Client) SpawnBatch(
	ctx context.Context, requests []AgentRequest, attestationKey ed25519.PrivateKey,
) ([]*Agent, error) {
	if err := checkKey(attestationKey); err != nil {
		return nil, err
	}
	if err := client.needsApp(); err != nil {
		return nil, err
	}
	keys := make([]ed25519.PrivateKey, len(requests))
	specs := make([]*mayflyv1.AgentSpec, len(requests))
	for index, request := range requests {
		resolved, spec, err := request.resolved(client.options)
		if err != nil {
			return nil, err
		}
		keys[index], specs[index] = resolved.Key, spec
	}
	answer := &mayflyv1.SpawnBatchResponse{}
	err := client.prove(ctx, method{agentsService, "SpawnBatch"}, notRepeatable, false, answer,
		func(session *session) (proto.Message, error) {
			sequence := session.nextSequence()
			body, err := proto.Marshal(&mayflyv1.SpawnBatchBody{ProofSeq: sequence, Agents: specs})
			return &mayflyv1.SpawnBatchRequest{
				Body: body, Proof: session.prove("spawn-batch", sequence, body, attestationKey),
				AttestationKey: publicKey(attestationKey),
			}, encodingError(err)
		})
	if err != nil {
		return nil, err
	}
	if len(answer.GetAgents()) != len(requests) {
		return nil, outcomeUnknown(protocolViolation("the answer names another number of agents"))
	}
	agents := make([]*Agent, len(requests))
	for index, spawned := range answer.GetAgents() {
		if agents[index], err = client.agent(spawned, keys[index]); err != nil {
			return nil, err
		}
	}
	return agents, nil
}

// WithAgent spawns an agent for as long as work runs: its token is dead when WithAgent returns,
// also where work fails or panics. It gives the error of the spawn or of work, else that of the
// release.
func (client *Client) WithAgent(
	ctx context.Context, request AgentRequest, work func(context.Context, *Agent) error,
) (err error) {
	agent, err := client.Spawn(ctx, request)
	if err != nil {
		return err
	}
	defer func() {
		// The context may be what ended the work.
		release, cancel := context.WithTimeout(context.Background(), client.options.CallTimeout)
		defer cancel()
		if _, failure := agent.Release(release); err == nil {
			err = failure
		}
	}()
	return work(ctx, agent)
}

// needsApp says what the broker would, without asking it: without an app there is nothing to spawn.
func (client *Client) needsApp() error {
	if client.options.App != "" || client.options.Credentials != nil {
		return nil
	}
	return &RefusedError{
		Status: "UNAUTHENTICATED", Reason: "AUTHENTICATION_REQUIRED",
		Message: "only an app can spawn: make the client with an app",
	}
}

func (client *Client) agent(answer *mayflyv1.SpawnedAgent, key ed25519.PrivateKey) (*Agent, error) {
	issued, err := issuedToken(answer)
	if err != nil {
		return nil, err
	}
	return client.Adopt(issued, key), nil
}

func encodingError(err error) error {
	if err == nil {
		return nil
	}
	return failed(ErrInvalidRequest, "the request cannot be encoded", err)
}
