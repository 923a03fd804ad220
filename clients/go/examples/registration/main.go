// An agent process registers itself with a launch token, renews, and releases.
//
//	mayfly app add --name support-desk --ceiling 'read:data:*'
//	go run ./examples/registration support-desk
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"mayfly.local/mayfly"
)

func main() {
	app := "support-desk"
	if len(os.Args) > 1 {
		app = os.Args[1]
	}
	if err := run(context.Background(), app); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, app string) error {
	// The orchestrator's side: a secret for one agent, handed over through a pipe or the environment.
	orchestrator := mayfly.New(mayfly.Options{App: app})
	defer orchestrator.Close()
	launch, err := orchestrator.CreateLaunchToken(ctx, mayfly.LaunchTokenRequest{
		Ceiling: []string{"read:data:*"}, Lifetime: 30 * time.Second, Label: "ticket-4712",
	})
	if err != nil {
		return err
	}
	fmt.Println("launch    token until", launch.ExpiresAt.Format(time.RFC3339))

	// The agent's side: it needs no app, and its key never leaves it.
	client := mayfly.New(mayfly.Options{Orchestration: "support"})
	defer client.Close()
	agent, err := client.Register(ctx, mayfly.AgentRequest{
		Task: "ticket-4712", Scope: []string{"read:data:customer-12345"}, Lifetime: time.Minute,
		RenewableFor: time.Hour,
	}, mayfly.Registration{LaunchToken: launch.Secret})
	if err != nil {
		return err
	}
	defer agent.Release(ctx)
	fmt.Println("registered", agent.ID())

	before := agent.Token()
	if err := agent.Renew(ctx, mayfly.RenewalTerms{}); err != nil {
		return err
	}
	fmt.Println("renewed   until", agent.Issued().ExpiresAt.Format(time.RFC3339))
	validations, err := client.ValidateBatch(
		ctx, []string{before, agent.Token()}, mayfly.ValidateOptions{})
	if err != nil {
		return err
	}
	fmt.Println("          the token before is valid:", validations[0].IsValid)
	fmt.Println("          the new one is valid:", validations[1].IsValid)
	return nil
}
