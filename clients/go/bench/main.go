// What the client costs, against a live broker: pairs of spawn and release, validations, and from
// an acknowledged revocation to the refusal by eight verifiers. What a verifier costs by itself is
// measured by `go test -bench . ./...`.
//
//	MAYFLY_BIN=... ../testing/with-broker.sh go run ./bench
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"sort"
	"sync"
	"time"

	"mayfly.local/mayfly"
)

const followers = 8

func main() {
	seconds := flag.Float64("seconds", 3, "for how long each figure is measured")
	tasks := flag.Int("tasks", 8, "goroutines that share the connection")
	flag.Parse()
	client := mayfly.New(mayfly.Options{App: os.Getenv("MAYFLY_TEST_APP"), Orchestration: "bench"})
	defer client.Close()
	lasting := time.Duration(*seconds * float64(time.Second))
	if err := run(context.Background(), client, *tasks, lasting); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, client *mayfly.Client, tasks int, lasting time.Duration) error {
	request := mayfly.AgentRequest{Task: "bench", Scope: []string{"read:data:x"}}
	pairs := func() error {
		agent, err := client.Spawn(ctx, request)
		if err != nil {
			return err
		}
		_, err = agent.Release(ctx)
		return err
	}
	if err := measure("spawn and release", tasks, lasting, pairs); err != nil {
		return err
	}
	agent, err := client.Spawn(ctx, request)
	if err != nil {
		return err
	}
	defer agent.Release(ctx)
	validations := func() error {
		_, err := client.Validate(ctx, agent.Token(), mayfly.ValidateOptions{OmitClaims: true})
		return err
	}
	if err := measure("validate", tasks, lasting, validations); err != nil {
		return err
	}
	return revocations(ctx, client, request, lasting)
}

// measure calls work from many goroutines and prints the calls of a second.
func measure(name string, tasks int, lasting time.Duration, work func() error) error {
	began := time.Now()
	counts := make([]int, tasks)
	failures := make([]error, tasks)
	var group sync.WaitGroup
	for task := range counts {
		group.Add(1)
		go func(task int) {
			defer group.Done()
			for failures[task] == nil && time.Since(began) < lasting {
				failures[task] = work()
				counts[task]++
			}
		}(task)
	}
	group.Wait()
	total := 0
	for task, count := range counts {
		if failures[task] != nil {
			return failures[task]
		}
		total += count
	}
	rate := float64(total) / time.Since(began).Seconds()
	fmt.Printf("%-20s %10.0f/s with %d goroutines\n", name, rate, tasks)
	return nil
}

// revocations measures from the answer to a release to the refusal by the last of the verifiers.
func revocations(
	ctx context.Context, client *mayfly.Client, request mayfly.AgentRequest, lasting time.Duration,
) error {
	keys, err := client.Keys(ctx)
	if err != nil {
		return err
	}
	var verifiers []*mayfly.Verifier
	for range make([]struct{}, followers) {
		follower := client.FollowRevocations(mayfly.FollowOptions{})
		defer follower.Close()
		if err := follower.WaitUntilCaughtUp(ctx); err != nil {
			return err
		}
		verifiers = append(verifiers,
			mayfly.NewVerifier(mayfly.VerifierOptions{Keys: keys, Revocations: follower}))
	}
	var delays []time.Duration
	for began := time.Now(); time.Since(began) < lasting; {
		agent, err := client.Spawn(ctx, request)
		if err != nil {
			return err
		}
		for _, verifier := range verifiers {
			if _, err := verifier.VerifyOffline(agent.Token(), mayfly.Want{}); err != nil {
				return err
			}
		}
		if _, err := agent.Release(ctx); err != nil {
			return err
		}
		acknowledged := time.Now()
		for _, verifier := range verifiers {
			for mayfly.Code(refusalOf(verifier, agent.Token())) != "REVOKED" {
				time.Sleep(20 * time.Microsecond)
			}
		}
		delays = append(delays, time.Since(acknowledged))
	}
	sort.Slice(delays, func(i, j int) bool { return delays[i] < delays[j] })
	fmt.Printf("%-20s p50 %v, p99 %v, by %d verifiers, of %d\n", "release to refusal",
		delays[len(delays)/2], delays[len(delays)*99/100], followers, len(delays))
	return nil
}

func refusalOf(verifier *mayfly.Verifier, token string) error {
	_, err := verifier.VerifyOffline(token, mayfly.Want{})
	return err
}
