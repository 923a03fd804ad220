package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"mayfly.local/mayfly"
)

func TestACustomerIsReadByWhoeverMayAndNobodyElse(t *testing.T) {
	app := os.Getenv("MAYFLY_TEST_APP")
	if app == "" {
		t.Skip("no broker: run ./test.sh")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := mayfly.New(mayfly.Options{App: app, Orchestration: "resources"})
	defer client.Close()
	keys, err := client.Keys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	follower := client.FollowRevocations(mayfly.FollowOptions{})
	defer follower.Close()
	if err := follower.WaitUntilCaughtUp(ctx); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(customers{mayfly.NewVerifier(
		mayfly.VerifierOptions{Keys: keys, Revocations: follower},
	)})
	defer server.Close()
	agent, err := client.Spawn(ctx, mayfly.AgentRequest{Task: "x", Scope: []string{"read:data:one"}})
	if err != nil {
		t.Fatal(err)
	}
	status := func(path, header string) int {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", header)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	for path, want := range map[string]int{
		"/customers/one": http.StatusOK, "/customers/two": http.StatusForbidden,
		"/customers/a%20b": http.StatusNotFound, "/customers/": http.StatusNotFound,
	} {
		if got := status(path, agent.BearerHeader()); got != want {
			t.Errorf("%s: got %d, want %d", path, got, want)
		}
	}
	if got := status("/customers/one", ""); got != http.StatusUnauthorized {
		t.Errorf("without a token: got %d", got)
	}
	if _, err := agent.Release(ctx); err != nil {
		t.Fatal(err)
	}
	for status("/customers/one", agent.BearerHeader()) != http.StatusUnauthorized {
		time.Sleep(time.Millisecond)
	}
}
