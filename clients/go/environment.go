package mayfly

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"os"
	"strconv"

	"mayfly.local/mayfly/internal/chain"
)

const (
	agentVariable = "MAYFLY_AGENT_FD"
	// A token, a key, and what goes with them.
	maximumInheritance = 64 << 10
)

// AgentFromEnvironment is the agent that a wrapper started this process as: MAYFLY_AGENT_FD names
// an inherited descriptor, from which one JSON object is read to its end. The descriptor is closed
// and the variable removed, so that it can be asked once.
//
// The agent renews, delegates and releases through a client of its own, which speaks for no app:
// close it with agent.Client().Close(). Of the options App and Credentials are not looked at, and
// the socket is the one that was inherited. It fails with ErrInvalidRequest where the process was
// not started as an agent.
func AgentFromEnvironment(options Options) (*Agent, error) {
	number, err := strconv.Atoi(os.Getenv(agentVariable))
	if err != nil || number <= 2 {
		return nil, invalidRequest(agentVariable + " names no inherited descriptor")
	}
	_ = os.Unsetenv(agentVariable)
	file := os.NewFile(uintptr(number), agentVariable)
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maximumInheritance))
	if err != nil {
		return nil, failed(ErrInvalidRequest, agentVariable+" cannot be read", err)
	}
	return inheritedAgent(text, options)
}

func inheritedAgent(text []byte, options Options) (*Agent, error) {
	var inherited struct {
		Socket     string
		Token      string
		PrivateKey string `json:"private_key"`
		AgentID    string `json:"agent_id"`
		ExpiresAt  uint64 `json:"expires_at"`
	}
	// Errors are given without their text, which may have a part of the key.
	isRead := json.Unmarshal(text, &inherited) == nil
	block, _ := pem.Decode([]byte(inherited.PrivateKey))
	if !isRead || block == nil ||
		inherited.Socket == "" || inherited.Token == "" || inherited.AgentID == "" {
		return nil, invalidRequest("no agent came from " + agentVariable)
	}
	parsed, _ := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, isEd25519 := parsed.(ed25519.PrivateKey)
	if !isEd25519 {
		return nil, invalidRequest("no Ed25519 key came from " + agentVariable)
	}
	options.Socket, options.App, options.Credentials = inherited.Socket, "", nil
	return New(options).Adopt(IssuedToken{
		AgentID: inherited.AgentID, Token: inherited.Token, GrantID: chain.GrantOf(inherited.Token),
		ExpiresAt: fromUnix(inherited.ExpiresAt),
	}, key), nil
}

// Client is the one through which the agent's calls travel.
func (agent *Agent) Client() *Client { return agent.client }
