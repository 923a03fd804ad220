package mayfly

import (
	"context"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// OperatorClient ends what must not go on, through the operator's socket, which lets in root, the
// broker's own user and those that it was configured with.
type OperatorClient struct {
	client *Client
}

// NewOperator makes one. The options' app and credentials are not looked at; an empty socket takes
// MAYFLY_OPERATOR_SOCKET, else mayfly/operator/operator.sock in $XDG_RUNTIME_DIR where that exists,
// else in /run.
func NewOperator(options Options) *OperatorClient {
	options.App, options.Credentials = "", nil
	if options.Socket == "" {
		options.Socket = socketPath("MAYFLY_OPERATOR_SOCKET", "operator/operator.sock")
	}
	return &OperatorClient{client: New(options)}
}

// Close ends the connection.
func (operator *OperatorClient) Close() error { return operator.client.Close() }

// Revocation says what to end, and all that hangs on it.
type Revocation struct {
	// Level is LevelToken, LevelAgent, LevelTask or LevelChain.
	Level RevocationLevel
	// Target, by level: a jti; a SPIFFE ID; a task id; a grant id or SPIFFE ID of a chain.
	Target string
	// Orchestration limits a task to one; AllowNew covers only what was granted before. Both are for
	// LevelTask only.
	Orchestration string
	AllowNew      bool
}

// Revoke ends it. When it returns, no validation anywhere finds it alive. It gives the number of
// live grants that the target matched; none is no error. It is refused with INVALID_TARGET.
func (operator *OperatorClient) Revoke(ctx context.Context, revocation Revocation) (uint64, error) {
	level := map[RevocationLevel]mayflyv1.RevocationLevel{
		LevelToken: mayflyv1.RevocationLevel_REVOCATION_LEVEL_TOKEN,
		LevelGrant: mayflyv1.RevocationLevel_REVOCATION_LEVEL_GRANT,
		LevelAgent: mayflyv1.RevocationLevel_REVOCATION_LEVEL_AGENT,
		LevelTask:  mayflyv1.RevocationLevel_REVOCATION_LEVEL_TASK,
		LevelChain: mayflyv1.RevocationLevel_REVOCATION_LEVEL_CHAIN,
	}[revocation.Level]
	answer := &mayflyv1.RevokeResponse{}
	err := operator.client.call(ctx, method{operatorService, "Revoke"}, repeatable,
		&mayflyv1.RevokeRequest{
			Level: level, Target: revocation.Target, OrchId: revocation.Orchestration,
			AllowNew: revocation.AllowNew,
		}, answer)
	return answer.GetCount(), err
}
