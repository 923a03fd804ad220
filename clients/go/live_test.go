package mayfly_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"mayfly.local/mayfly"
)

// liveContext is for a test that needs a broker, as clients/testing/with-broker.sh starts one.
func liveContext(t *testing.T) context.Context {
	t.Helper()
	if os.Getenv("MAYFLY_TEST_APP") == "" {
		t.Skip("no broker: run ./test.sh")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "proto", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	// What a runner does not know it would run by half.
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func testClient(t *testing.T, options mayfly.Options) *mayfly.Client {
	t.Helper()
	if options.App == "" && options.Credentials == nil {
		options.App = os.Getenv("MAYFLY_TEST_APP")
	}
	options.Orchestration = "go"
	client := mayfly.New(options)
	t.Cleanup(func() { client.Close() })
	return client
}

func reading(task string) mayfly.AgentRequest {
	return mayfly.AgentRequest{Task: task, Scope: []string{"read:data:*"}, RenewableFor: time.Hour}
}

func TestManyGoroutinesShareOneConnection(t *testing.T) {
	ctx := liveContext(t)
	client := testClient(t, mayfly.Options{})
	var group sync.WaitGroup
	for worker := 0; worker < 16; worker++ {
		group.Add(1)
		go func(worker int) {
			defer group.Done()
			for round := 0; round < 8; round++ {
				err := client.WithAgent(ctx, reading(fmt.Sprintf("task-%d", worker)),
					func(ctx context.Context, agent *mayfly.Agent) error {
						validation, err := client.Validate(ctx, agent.Token(), mayfly.ValidateOptions{})
						if err == nil && !validation.IsValid {
							err = errors.New("it is not valid")
						}
						return err
					})
				if err != nil {
					t.Error(err)
				}
			}
		}(worker)
	}
	group.Wait()
}

func TestAnAgentIsDeadWhenItsWorkEnds(t *testing.T) {
	ctx := liveContext(t)
	client := testClient(t, mayfly.Options{})
	var token string
	failure := errors.New("the work failed")
	err := client.WithAgent(ctx, reading("work"), func(_ context.Context, agent *mayfly.Agent) error {
		token = agent.Token()
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	validation, err := client.Validate(ctx, token, mayfly.ValidateOptions{})
	if err != nil || validation.IsValid {
		t.Errorf("got %+v, %v", validation, err)
	}
}

func TestAnAppCanBeProvenByItsSecret(t *testing.T) {
	ctx := liveContext(t)
	credentials := &mayfly.Credentials{
		ClientID: os.Getenv("MAYFLY_TEST_CLIENT_ID"), Secret: os.Getenv("MAYFLY_TEST_CLIENT_SECRET"),
	}
	client := testClient(t, mayfly.Options{Credentials: credentials})
	agent, err := client.Spawn(ctx, reading("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if ended, err := client.ReleaseGrant(ctx, agent.Issued().GrantID); !ended || err != nil {
		t.Errorf("got %v, %v", ended, err)
	}
	wrong := *credentials
	wrong.Secret = strings.Repeat("0", 64)
	err = testClient(t, mayfly.Options{Credentials: &wrong}).Connect(ctx)
	if mayfly.Code(err) != "CREDENTIALS_INVALID" {
		t.Errorf("got %v", err)
	}
}

func TestABatchIsVouchedForByTheAppsKey(t *testing.T) {
	ctx := liveContext(t)
	text, err := os.ReadFile(os.Getenv("MAYFLY_TEST_ATTESTATION_KEY"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	client := testClient(t, mayfly.Options{})
	requests := make([]mayfly.AgentRequest, 20)
	for index := range requests {
		requests[index] = reading(fmt.Sprintf("batch-%d", index))
	}
	agents, err := client.SpawnBatch(ctx, requests, parsed.(ed25519.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	tokens := make([]string, len(agents))
	for index, agent := range agents {
		tokens[index] = agent.Token()
		if want := fmt.Sprintf("/go/batch-%d/", index); !strings.Contains(agent.ID(), want) {
			t.Errorf("%s is not for %s", agent.ID(), want)
		}
	}
	grants, _, err := client.Grants(ctx, mayfly.GrantFilter{Orchestration: "go", Task: "batch-7"})
	if err != nil || len(grants) != 1 || grants[0].AgentID != agents[7].ID() {
		t.Errorf("got %+v, %v", grants, err)
	}
	validations, err := client.ValidateBatch(ctx, tokens, mayfly.ValidateOptions{})
	for _, validation := range validations {
		if !validation.IsValid || !bytes.Contains(validation.Claims, []byte(`"proof":"attested"`)) {
			t.Errorf("got %+v", validation)
		}
	}
	ended, releaseErr := client.ReleaseBatch(ctx, append(tokens, tokens[0]))
	if err != nil || releaseErr != nil || len(ended) != 21 || !ended[19] || ended[20] {
		t.Errorf("got %v, %v, %v", ended, err, releaseErr)
	}
}

func TestARenewalCanBeAskedForAgain(t *testing.T) {
	ctx := liveContext(t)
	client := testClient(t, mayfly.Options{})
	agent, err := client.Spawn(ctx, reading("renew"))
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Release(ctx)
	id, err := mayfly.NewRenewalID()
	if err != nil {
		t.Fatal(err)
	}
	before := agent.Token()
	if err := agent.Renew(ctx, mayfly.RenewalTerms{ID: id}); err != nil {
		t.Fatal(err)
	}
	again, err := client.Renew(ctx, before, agent.Key(), mayfly.RenewalTerms{ID: id})
	if err != nil || again.Token != agent.Token() {
		t.Errorf("got %v, %v", again, err)
	}
	_, err = client.Renew(ctx, before, agent.Key(), mayfly.RenewalTerms{})
	if mayfly.Code(err) != "TOKEN_NOT_VALID" {
		t.Errorf("got %v", err)
	}
}

func TestAGrantEndsWithWhatItHangsOn(t *testing.T) {
	ctx := liveContext(t)
	observer := testClient(t, mayfly.Options{})
	child := exec.CommandContext(ctx, "sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	holder := testClient(t, mayfly.Options{})
	toConnection, toProcess := reading("connection"), reading("process")
	toConnection.Binding = mayfly.BindingConnection
	toProcess.Binding, toProcess.PID = mayfly.BindingProcess, uint32(child.Process.Pid)
	for _, test := range []struct {
		request mayfly.AgentRequest
		end     func() error
	}{
		{toProcess, func() error { return child.Process.Kill() }},
		{toConnection, holder.Close},
	} {
		agent, err := holder.Spawn(ctx, test.request)
		if err != nil {
			t.Fatal(err)
		}
		isValid := func() bool {
			validation, err := observer.Validate(ctx, agent.Token(), mayfly.ValidateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return validation.IsValid
		}
		if !isValid() {
			t.Errorf("%s: it was never valid", test.request.Task)
		}
		if err := test.end(); err != nil {
			t.Fatal(err)
		}
		for isValid() {
			time.Sleep(time.Millisecond)
		}
	}
	_ = child.Wait()
}

func TestAnAgentIsFoundInItsEnvironment(t *testing.T) {
	ctx := liveContext(t)
	agent, err := testClient(t, mayfly.Options{}).Spawn(ctx, reading("child"))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(agent.Key())
	if err != nil {
		t.Fatal(err)
	}
	handed, err := json.Marshal(map[string]any{
		"socket": os.Getenv("MAYFLY_SOCKET"), "token": agent.Token(), "agent_id": agent.ID(),
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})),
		"expires_at":  agent.Issued().ExpiresAt.Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestTheInheritedAgent$", "-test.v")
	child.Env = append(os.Environ(), "MAYFLY_AGENT_FD=3", "MAYFLY_SOCKET=/nowhere")
	child.ExtraFiles = []*os.File{read}
	if _, err := write.Write(handed); err != nil {
		t.Fatal(err)
	}
	write.Close()
	output, err := child.CombinedOutput()
	read.Close()
	if err != nil || !strings.Contains(string(output), "--- PASS") {
		t.Fatalf("%v\n%s", err, output)
	}
	if ended, err := agent.Release(ctx); ended || err != nil {
		t.Errorf("the child released nothing: %v, %v", ended, err)
	}
}

// TestTheInheritedAgent is what the child of the test above runs.
func TestTheInheritedAgent(t *testing.T) {
	if os.Getenv("MAYFLY_AGENT_FD") == "" {
		t.Skip("only in a child")
	}
	ctx := liveContext(t)
	agent, err := mayfly.AgentFromEnvironment(mayfly.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Client().Close()
	if err := agent.Renew(ctx, mayfly.RenewalTerms{}); err != nil {
		t.Fatal(err)
	}
	if _, err := agent.Heartbeat(ctx, mayfly.StateCompleting); err != nil {
		t.Fatal(err)
	}
	if ended, err := agent.Release(ctx); !ended || err != nil {
		t.Errorf("got %v, %v", ended, err)
	}
	_, err = mayfly.AgentFromEnvironment(mayfly.Options{})
	if !errors.Is(err, mayfly.ErrInvalidRequest) {
		t.Errorf("it was found twice: %v", err)
	}
}

// relay stands between a client and the broker, and loses connections.
type relay struct {
	listener net.Listener
	mutex    sync.Mutex
	peers    []net.Conn
}

func startRelay(t *testing.T) *relay {
	t.Helper()
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "relay.sock"))
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: listener}
	t.Cleanup(func() { listener.Close(); r.lose() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			broker, err := net.Dial("unix", os.Getenv("MAYFLY_SOCKET"))
			if err != nil {
				client.Close()
				continue
			}
			r.mutex.Lock()
			r.peers = append(r.peers, client, broker)
			r.mutex.Unlock()
			go copyUntilEnd(client, broker)
			go copyUntilEnd(broker, client)
		}
	}()
	return r
}

func copyUntilEnd(from, to net.Conn) {
	defer to.Close()
	buffer := make([]byte, 4096)
	for {
		count, err := from.Read(buffer)
		if err != nil {
			return
		}
		if _, err := to.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func (r *relay) lose() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, peer := range r.peers {
		peer.Close()
	}
	r.peers = nil
}

func TestALostConnectionIsMadeAgainAndItsAppNamed(t *testing.T) {
	ctx := liveContext(t)
	relay := startRelay(t)
	client := testClient(t, mayfly.Options{Socket: relay.listener.Addr().String()})
	for round := 0; round < 10; round++ {
		agent, err := client.Spawn(ctx, reading("again"))
		if errors.Is(err, mayfly.ErrOutcomeUnknown) {
			// The client had not noticed yet that the connection was lost.
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		relay.lose()
		if ended, err := agent.Release(ctx); err != nil || !ended {
			t.Fatalf("got %v, %v", ended, err)
		}
		relay.lose()
	}
}

func TestAFollowerGoesOnWhereItWas(t *testing.T) {
	ctx := liveContext(t)
	relay := startRelay(t)
	client := testClient(t, mayfly.Options{})
	follower := testClient(t, mayfly.Options{Socket: relay.listener.Addr().String()}).
		FollowRevocations(mayfly.FollowOptions{})
	defer follower.Close()
	if err := follower.WaitUntilCaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	for round := 0; round < 3; round++ {
		agent, err := client.Spawn(ctx, reading("follow"))
		if err != nil {
			t.Fatal(err)
		}
		relay.lose()
		if _, err := agent.Release(ctx); err != nil {
			t.Fatal(err)
		}
		for !follower.Ended().Contains(mayfly.LevelGrant, agent.Issued().GrantID) {
			if ctx.Err() != nil {
				t.Fatal("the end was missed")
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	if staleness := follower.Staleness(); staleness > 10*time.Second {
		t.Errorf("it is stale by %v", staleness)
	}
}

func TestAVerifierAsksTheBrokerWhereItHasTo(t *testing.T) {
	ctx := liveContext(t)
	client := testClient(t, mayfly.Options{})
	keys, err := client.Keys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	request := reading("ask")
	request.ByReference = true
	agent, err := client.Spawn(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	want := mayfly.Want{Scope: []string{"read:data:x"}}
	offline := mayfly.NewVerifier(mayfly.VerifierOptions{Keys: keys, IgnoreRevocations: true})
	if _, err := offline.Verify(ctx, agent.Token(), want); mayfly.Code(err) != "BROKER_REQUIRED" {
		t.Errorf("got %v", err)
	}
	asking := mayfly.NewVerifier(mayfly.VerifierOptions{Keys: keys, Broker: client})
	token, err := asking.Verify(ctx, agent.Token(), want)
	if err != nil || !bytes.Contains(token.Claims, []byte(agent.ID())) {
		t.Errorf("got %+v, %v", token, err)
	}
	other := mayfly.Want{Scope: []string{"write:data:x"}}
	if _, err := asking.Verify(ctx, agent.Token(), other); mayfly.Code(err) != "TOKEN_NOT_VALID" {
		t.Errorf("got %v", err)
	}
	// The keys of another broker: the right ones are asked for.
	foreign, err := mayfly.ParseBrokerKeys([]byte(`{"keys":[]}`), keys.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	learning := mayfly.NewVerifier(mayfly.VerifierOptions{Keys: foreign, Broker: client})
	if _, err := learning.Verify(ctx, agent.Token(), want); err != nil {
		t.Error(err)
	}
	if _, err := agent.Release(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := asking.Verify(ctx, agent.Token(), want); mayfly.Code(err) != "TOKEN_NOT_VALID" {
		t.Errorf("got %v", err)
	}
	gone := mayfly.New(mayfly.Options{Socket: "/nowhere"})
	unreachable := mayfly.NewVerifier(mayfly.VerifierOptions{Keys: keys, Broker: gone})
	_, err = unreachable.Verify(ctx, agent.Token(), want)
	if mayfly.Code(err) != "BROKER_UNREACHABLE" {
		t.Errorf("got %v", err)
	}
}

func TestAClosedClientSaysSo(t *testing.T) {
	client := mayfly.New(mayfly.Options{Socket: "/nowhere"})
	if err := client.Connect(context.Background()); !errors.Is(err, mayfly.ErrConnection) {
		t.Errorf("got %v", err)
	}
	client.Close()
	client.Close()
	_, err := client.Validate(context.Background(), "token", mayfly.ValidateOptions{})
	if !errors.Is(err, mayfly.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
