package mayfly

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// Binding is what a grant's life hangs on beyond its expiry.
type Binding int

// The bindings.
const (
	// BindingNone: nothing else.
	BindingNone Binding = iota
	// BindingProcess: a process, which the caller or what it started has started.
	BindingProcess
	// BindingConnection: the client's connection; the grant ends when that is lost.
	BindingConnection
)

// AgentRequest is one agent to be spawned or registered.
type AgentRequest struct {
	// Orchestration is 1 to 128 bytes of [A-Za-z0-9._-]. Empty takes that of the client's options.
	Orchestration string
	// Task has the same alphabet and length.
	Task string
	// Scope is 1 to 32 scopes action:resource:identifier, each at most 256 bytes, inside the app's
	// ceiling.
	Scope []string
	// Audience is at most 8 names of 1 to 256 bytes: the token's aud.
	Audience []string
	// Lifetime of the token, rounded up to whole seconds, at most the app's maximum; 0 takes the app's
	// default.
	Lifetime time.Duration
	// RenewableFor is how long from now the grant may be renewed; 0 means as long as the first token
	// lives: such a grant cannot be renewed past it.
	RenewableFor time.Duration
	// MaximumUses is how many uses the grant and all that is delegated from it may consume; 0 sets no
	// limit.
	MaximumUses uint32
	// ByReference asks for a short token that the broker resolves, for HTTP headers.
	ByReference bool
	// Binding is what the grant's life hangs on beyond its expiry.
	Binding Binding
	// PID is the process of BindingProcess; else 0.
	PID uint32
	// Key is the agent's, which no other live agent may have. Nil makes a fresh one.
	Key ed25519.PrivateKey
}

// resolved is a request with nothing left open.
func (request AgentRequest) resolved(options Options) (AgentRequest, *mayflyv1.AgentSpec, error) {
	if request.Orchestration == "" {
		request.Orchestration = options.Orchestration
	}
	if request.Orchestration == "" {
		return request, nil, invalidRequest("name an orchestration, here or in the client's options")
	}
	lifetime, err := wholeSeconds(request.Lifetime)
	if err != nil {
		return request, nil, err
	}
	renewableFor, err := wholeSeconds(request.RenewableFor)
	if err != nil {
		return request, nil, err
	}
	if request.Key == nil {
		if _, request.Key, err = ed25519.GenerateKey(rand.Reader); err != nil {
			return request, nil, failed(ErrInvalidRequest, "no key can be made", err)
		}
	}
	if err := checkKey(request.Key); err != nil {
		return request, nil, err
	}
	return request, &mayflyv1.AgentSpec{
		OrchId: request.Orchestration, TaskId: request.Task, Scope: request.Scope,
		Audience: request.Audience, PublicKey: publicKey(request.Key), TtlSeconds: lifetime,
		LifetimeSeconds: renewableFor, MaxUses: request.MaximumUses, ByReference: request.ByReference,
		Binding: bindings[request.Binding], Pid: request.PID,
	}, nil
}

var bindings = map[Binding]mayflyv1.Binding{
	BindingNone:       mayflyv1.Binding_BINDING_NONE,
	BindingProcess:    mayflyv1.Binding_BINDING_PROCESS,
	BindingConnection: mayflyv1.Binding_BINDING_CONNECTION,
}

func checkKey(key ed25519.PrivateKey) error {
	if len(key) != ed25519.PrivateKeySize {
		return invalidRequest("this is not an Ed25519 private key")
	}
	return nil
}

func publicKey(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

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

// Agent is one running agent: an identity, the key behind it, and its current token. Any number of
// goroutines may use it. Printing it shows its id only.
type Agent struct {
	client *Client
	key    ed25519.PrivateKey

	mutex  sync.Mutex
	issued IssuedToken
}

// Adopt makes an agent of a token and the key that it is bound to: of a delegation, for its delegate.
func (client *Client) Adopt(issued IssuedToken, key ed25519.PrivateKey) *Agent {
	return &Agent{client: client, key: key, issued: issued}
}

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

// SpawnBatch spawns 1 to 1,024 agents, all or none, in the order of the requests, vouched for by a key
// that the operator registered for the app: one signature where each agent's own would be one each.
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

// WithAgent spawns an agent for as long as work runs: its token is dead when WithAgent returns, also
// where work fails or panics. It gives the error of the spawn or of work, else that of the release.
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

// Issued is the agent's current token, with what goes with it.
func (agent *Agent) Issued() IssuedToken {
	agent.mutex.Lock()
	defer agent.mutex.Unlock()
	return agent.issued
}

// ID is the SPIFFE ID spiffe://{trust domain}/agent/{orchestration}/{task}/{instance}, whose instance
// is never given again.
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

// Delegate passes a part of what the agent holds on to another live agent, by its SPIFFE ID, and gives
// the token to hand over. It is refused as Client.Delegate is.
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
