package mayfly_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mayfly.local/mayfly"
)

// TestAHostileBrokerGetsAnErrorAndNeverAWait plays proto/vectors/hostile.json; the README beside it
// says what each case may end with.
func TestAHostileBrokerGetsAnErrorAndNeverAWait(t *testing.T) {
	directory := os.Getenv("MAYFLY_HOSTILE_DIRECTORY")
	if directory == "" {
		t.Skip("no hostile broker: run ./test.sh")
	}
	var file struct {
		Version        int
		TimeoutSeconds float64 `json:"timeout_seconds"`
		Parts          json.RawMessage
		Cases          []struct {
			Name, Say, Call string
			Expect          []string
			Greets          *bool
			Connections     json.RawMessage
		}
	}
	readVectors(t, "hostile.json", &file)
	timeout := time.Duration(file.TimeoutSeconds * float64(time.Second))
	for _, hostile := range file.Cases {
		hostile := hostile
		t.Run(hostile.Name, func(t *testing.T) {
			t.Parallel()
			options := mayfly.Options{
				Socket:      filepath.Join(directory, hostile.Name+".sock"),
				CallTimeout: timeout, ConnectTimeout: timeout, Orchestration: "hostile",
			}
			if hostile.Call == "spawn" {
				options.App = "testing"
			}
			client := mayfly.New(options)
			defer client.Close()
			began := time.Now()
			outcome := callHostile(client, hostile.Call)
			if lasted := time.Since(began); lasted > 5*timeout {
				t.Errorf("it took %v", lasted)
			}
			if !isExpected(outcome, hostile.Expect) {
				t.Errorf("%s: got %v, want %v", hostile.Say, outcome, hostile.Expect)
			}
		})
	}
}

// callHostile gives the outcomes of the calls of a case, in their order.
func callHostile(client *mayfly.Client, call string) []string {
	ctx := context.Background()
	switch call {
	case "spawn":
		_, err := client.Spawn(ctx, mayfly.AgentRequest{Task: "x", Scope: []string{"read:data:x"}})
		return []string{outcomeOf(err)}
	case "watch":
		stream, err := client.WatchRevocations(ctx, 0)
		if err != nil {
			return []string{outcomeOf(err)}
		}
		defer stream.Close()
		var outcomes []string
		for err == nil {
			if _, err = stream.Next(); err == nil {
				outcomes = append(outcomes, "message")
			}
		}
		return append(outcomes, outcomeOf(err))
	default:
		var outcomes []string
		for range "12" {
			validation, err := client.Validate(ctx, "any", mayfly.ValidateOptions{})
			outcome := outcomeOf(err)
			if err == nil && !validation.IsValid {
				outcome = "invalid"
			}
			outcomes = append(outcomes, outcome)
		}
		return outcomes
	}
}

func outcomeOf(err error) string {
	var refused *mayfly.RefusedError
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, mayfly.ErrOutcomeUnknown):
		return "outcome_unknown"
	case errors.Is(err, mayfly.ErrProtocol):
		return "protocol"
	case errors.Is(err, mayfly.ErrConnection):
		return "connection_lost"
	case errors.Is(err, mayfly.ErrTimeout):
		return "timeout"
	case errors.As(err, &refused):
		return "refused"
	default:
		return err.Error()
	}
}

func isExpected(outcomes, expect []string) bool {
	first, second := outcomes[0], outcomes[len(outcomes)-1]
	for _, wanted := range expect {
		switch wanted {
		case "ok_then_protocol":
			if first == "ok" && (second == "protocol" || second == "connection_lost" || second == "ok") {
				return true
			}
		case "ended":
			if first == "connection_lost" {
				return true
			}
		default:
			before, after, isTwo := strings.Cut(wanted, "_then_")
			if first == before && (!isTwo || second == after) {
				return true
			}
		}
	}
	return false
}
