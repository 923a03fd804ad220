package mayfly

import (
	"crypto/ed25519"
	"crypto/rand"
	"time"

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
