package mayfly

import (
	"os"
	"path/filepath"
	"time"
)

const (
	defaultCallTimeout    = 10 * time.Second
	defaultConnectTimeout = 5 * time.Second
)

// Options say whom a client speaks for, and how it behaves where a call does not say.
type Options struct {
	// Socket is the path of the broker's agent socket. Empty takes MAYFLY_SOCKET, else
	// $XDG_RUNTIME_DIR/mayfly/agent.sock where that exists, else /run/mayfly/agent.sock.
	Socket string
	// App is the app to speak for, as the operator registered it for this process's uid. Empty speaks
	// for none, which is enough to validate tokens, to release them, and to act for an agent.
	App string
	// Credentials prove the app instead of the uid.
	Credentials *Credentials
	// Orchestration is that of agents whose request names none.
	Orchestration string
	// CallTimeout is how long a call waits for its answer, connecting not counted; 0 means 10 s. A
	// context with an earlier deadline ends it sooner.
	CallTimeout time.Duration
	// ConnectTimeout is how long a new connection may take to name its app; 0 means 5 s.
	ConnectTimeout time.Duration
}

// Credentials are a client id and its secret, as `mayfly app add --issue-secret` showed them once.
type Credentials struct {
	ClientID, Secret string
}

// String hides the secret from logs.
func (credentials Credentials) String() string { return credentials.ClientID }

// GoString hides the secret from logs.
func (credentials Credentials) GoString() string { return credentials.ClientID }

func (options Options) withDefaults() Options {
	if options.Socket == "" {
		options.Socket = socketPath("MAYFLY_SOCKET", "agent.sock")
	}
	if options.CallTimeout <= 0 {
		options.CallTimeout = defaultCallTimeout
	}
	if options.ConnectTimeout <= 0 {
		options.ConnectTimeout = defaultConnectTimeout
	}
	return options
}

// socketPath is where a broker's socket is when nobody says.
func socketPath(variable, tail string) string {
	if path := os.Getenv(variable); path != "" {
		return path
	}
	if directory := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(directory) {
		path := filepath.Join(directory, "mayfly", tail)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return filepath.Join("/run/mayfly", tail)
}
