package mayfly_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"mayfly.local/mayfly"
)

// scenario is proto/vectors/scenario.json; the README beside it describes it.
type scenario struct {
	Version       int
	Apps          map[string]string
	Orchestration string
	Steps         []step
}

type step struct {
	Say, Do, As, App, Task, Orchestration, Token, Text, With, To, State, Level, Target, Change string

	Scope, Ceiling      []string
	Audience            texts
	RequiredScope       []string `json:"required_scope"`
	RequiredAudience    string   `json:"required_audience"`
	KeyOf               string   `json:"key_of"`
	LifetimeSeconds     uint32   `json:"lifetime_seconds"`
	RenewableForSeconds uint32   `json:"renewable_for_seconds"`
	MaxUses             uint32   `json:"max_uses"`
	ByReference         bool     `json:"by_reference"`
	ConsumeUse          bool     `json:"consume_use"`
	WithinSeconds       float64  `json:"within_seconds"`
	Expect              expected
}

type expected struct {
	Valid, Ended *bool
	Claims       map[string]any
	UsesLeft     *uint32 `json:"uses_left"`
	Count        *uint64
	Refusal      string
	Refused      *struct {
		Code   int
		Reason string
	}
	Verified *struct {
		Online          *bool
		ByReference     *bool `json:"by_reference"`
		Subject         string
		Scope, Audience []string
		Lineage         []string
	}
}

// texts is one text or a list.
type texts []string

func (list *texts) UnmarshalJSON(bytes []byte) error {
	if bytes[0] == '[' {
		return json.Unmarshal(bytes, (*[]string)(list))
	}
	*list = make(texts, 1)
	return json.Unmarshal(bytes, &(*list)[0])
}

// holder is what bears a name.
type holder struct {
	id, token string
	key       ed25519.PrivateKey
}

type runner struct {
	*testing.T
	scenario scenario
	run      string
	keys     mayfly.BrokerKeys
	clients  map[string]*mayfly.Client
	operator *mayfly.OperatorClient
	named    map[string]holder
	follower *mayfly.RevocationFollower
	verifier *mayfly.Verifier
}

func TestTheScenarioOfEveryClient(t *testing.T) {
	ctx := liveContext(t)
	r := &runner{T: t, named: map[string]holder{}, clients: map[string]*mayfly.Client{}}
	readVectors(t, "scenario.json", &r.scenario)
	run := make([]byte, 4)
	_, _ = rand.Read(run)
	r.run = hex.EncodeToString(run)
	r.operator = mayfly.NewOperator(mayfly.Options{})
	defer r.operator.Close()
	var err error
	if r.keys, err = r.client("testing").Keys(ctx); err != nil {
		t.Fatal(err)
	}
	for number, step := range r.scenario.Steps {
		if step.Say != "" {
			t.Log(step.Say)
		}
		if difference := r.do(ctx, step); difference != "" {
			t.Fatalf("step %d, %s: %s\n%+v", number+1, step.Do, difference, step)
		}
	}
}

func (r *runner) client(app string) *mayfly.Client {
	if app == "" {
		app = "testing"
	}
	if client := r.clients[app]; client != nil {
		return client
	}
	name := os.Getenv(r.scenario.Apps[app])
	if name == "" {
		name = app
	}
	client := mayfly.New(mayfly.Options{App: name})
	r.Cleanup(func() { client.Close() })
	r.clients[app] = client
	return client
}

// do gives what differs from what is expected; empty where nothing does.
func (r *runner) do(ctx context.Context, step step) string {
	client := r.client(step.App)
	token := step.Text
	if step.Token != "" {
		token = r.named[step.Token].token
	}
	var made holder
	var err error
	switch step.Do {
	case "spawn":
		var agent *mayfly.Agent
		if agent, err = client.Spawn(ctx, r.request(step)); err == nil {
			made = holder{agent.ID(), agent.Token(), agent.Key()}
		}
	case "launch_token":
		var launch mayfly.LaunchToken
		launch, err = client.CreateLaunchToken(ctx, mayfly.LaunchTokenRequest{Ceiling: step.Ceiling})
		made.token = launch.Secret
	case "register":
		var agent *mayfly.Agent
		registration := mayfly.Registration{LaunchToken: r.named[step.With].token}
		if agent, err = client.Register(ctx, r.request(step), registration); err == nil {
			made = holder{agent.ID(), agent.Token(), agent.Key()}
		}
	case "renew":
		var issued mayfly.IssuedToken
		key := r.named[step.Token].key
		issued, err = client.Renew(ctx, token, key, mayfly.RenewalTerms{})
		made = holder{issued.AgentID, issued.Token, key}
	case "heartbeat":
		_, err = client.Heartbeat(ctx, token, mayfly.StateActive)
	case "delegate":
		var issued mayfly.IssuedToken
		issued, err = client.Delegate(ctx, token, r.named[step.KeyOf].key, r.named[step.To].id,
			mayfly.DelegationTerms{Scope: step.Scope})
		made = holder{issued.AgentID, issued.Token, r.named[step.To].key}
	case "validate":
		return r.validate(ctx, client, token, step)
	case "verify":
		return r.verify(token, step)
	case "watch":
		r.follower = client.FollowRevocations(mayfly.FollowOptions{})
		r.Cleanup(func() { r.follower.Close() })
		r.verifier = mayfly.NewVerifier(
			mayfly.VerifierOptions{Keys: r.keys, Revocations: r.follower})
		err = r.follower.WaitUntilCaughtUp(ctx)
	case "accept":
		return r.accept(token, step)
	case "revoke":
		return r.revoke(ctx, step)
	case "release":
		var ended bool
		ended, err = client.Release(ctx, token)
		if want := step.Expect.Ended; err == nil && want != nil && *want != ended {
			return "the grant had another end"
		}
	default:
		return "no runner knows this"
	}
	if step.As != "" {
		r.named[step.As] = made
	}
	return differenceOfRefusal(err, step.Expect)
}

func (r *runner) request(step step) mayfly.AgentRequest {
	if step.Orchestration == "" {
		step.Orchestration = r.scenario.Orchestration
	}
	return mayfly.AgentRequest{
		Orchestration: strings.ReplaceAll(step.Orchestration, "{run}", r.run), Task: step.Task,
		Scope: step.Scope, Audience: step.Audience, MaximumUses: step.MaxUses,
		Lifetime:     time.Duration(step.LifetimeSeconds) * time.Second,
		RenewableFor: time.Duration(step.RenewableForSeconds) * time.Second,
		ByReference:  step.ByReference, Key: r.named[step.KeyOf].key,
	}
}

func differenceOfRefusal(err error, expect expected) string {
	var refused *mayfly.RefusedError
	switch isRefused := errors.As(err, &refused); {
	case expect.Refused == nil && err == nil:
		return ""
	case expect.Refused == nil:
		return err.Error()
	case !isRefused:
		return "it was not refused"
	case refused.Reason != expect.Refused.Reason || refused.Status != statusOf(expect.Refused.Code):
		return "it was refused with " + refused.Status + " " + refused.Reason
	default:
		return ""
	}
}

func statusOf(code int) string {
	return map[int]string{
		3: "INVALID_ARGUMENT", 5: "NOT_FOUND", 6: "ALREADY_EXISTS", 7: "PERMISSION_DENIED",
		16: "UNAUTHENTICATED",
	}[code]
}

func (r *runner) validate(
	ctx context.Context, client *mayfly.Client, token string, step step,
) string {
	validation, err := client.Validate(ctx, token, mayfly.ValidateOptions{
		RequiredScope: step.RequiredScope, RequiredAudience: step.RequiredAudience,
		ConsumeUse: step.ConsumeUse,
	})
	if err != nil {
		return err.Error()
	}
	if step.Expect.Valid != nil && *step.Expect.Valid != validation.IsValid {
		return "it is otherwise"
	}
	if left := step.Expect.UsesLeft; left != nil && *left != validation.UsesLeft {
		return "another number of uses is left"
	}
	if step.Expect.Claims == nil {
		return ""
	}
	var claims map[string]any
	if err := json.Unmarshal(validation.Claims, &claims); err != nil {
		return err.Error()
	}
	for name, value := range step.Expect.Claims {
		if !reflect.DeepEqual(claims[name], value) {
			return name + " is otherwise"
		}
	}
	return ""
}

func (r *runner) verify(token string, step step) string {
	if step.Change == "signature" {
		first := strings.LastIndexByte(token, '.') + 1
		changed := "A"
		if token[first] == 'A' {
			changed = "B"
		}
		token = token[:first] + changed + token[first+1:]
	}
	audience := strings.Join(step.Audience, "")
	verified, err := mayfly.VerifyChain(token, mayfly.ChainOptions{Keys: r.keys, Audience: audience})
	if err == nil && step.RequiredScope != nil {
		offline := mayfly.NewVerifier(mayfly.VerifierOptions{Keys: r.keys, IgnoreRevocations: true})
		verified, err = offline.VerifyOffline(token, mayfly.Want{Scope: step.RequiredScope})
	}
	return r.difference(verified, err, step.Expect)
}

func (r *runner) accept(token string, step step) string {
	until := time.Now().Add(time.Duration(step.WithinSeconds * float64(time.Second)))
	for {
		verified, err := r.verifier.VerifyOffline(token, mayfly.Want{})
		difference := r.difference(verified, err, step.Expect)
		if difference == "" || time.Now().After(until) {
			return difference
		}
		time.Sleep(time.Millisecond)
	}
}

func (r *runner) difference(token *mayfly.VerifiedToken, err error, expect expected) string {
	if code := mayfly.Code(err); code != expect.Refusal {
		return "the verifier says " + code
	}
	want := expect.Verified
	if err != nil || want == nil {
		return ""
	}
	var lineage []string
	for _, link := range token.Lineage {
		lineage = append(lineage, link.AgentID)
	}
	for index, name := range want.Lineage {
		want.Lineage[index] = r.named[name].id
	}
	switch {
	case want.Online != nil && *want.Online != token.IsOnline,
		want.ByReference != nil && *want.ByReference != token.IsReference,
		want.Subject != "" && r.named[want.Subject].id != token.Subject,
		want.Scope != nil && !reflect.DeepEqual(want.Scope, token.Scope),
		want.Audience != nil && !reflect.DeepEqual(want.Audience, token.Audience),
		want.Lineage != nil && !reflect.DeepEqual(want.Lineage, lineage):
		return "something else was verified"
	default:
		return ""
	}
}

func (r *runner) revoke(ctx context.Context, step step) string {
	count, err := r.operator.Revoke(ctx, mayfly.Revocation{
		Level: mayfly.RevocationLevel(step.Level), Target: r.named[step.Target].id,
	})
	if err != nil {
		return err.Error()
	}
	if want := step.Expect.Count; want != nil && *want != count {
		return "another number of grants ended"
	}
	return ""
}
