// Spawn an agent for a task, validate its token, release it.
//
//	mayfly app add --name support-desk --ceiling 'read:data:*'
//	go run ./examples/quickstart support-desk
package main

import (
	"context"
	"fmt"
	"log"
	"os"

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
	client := mayfly.New(mayfly.Options{App: app, Orchestration: "support"})
	defer client.Close()

	request := mayfly.AgentRequest{Task: "ticket-4711", Scope: []string{"read:data:customer-12345"}}
	var token string
	err := client.WithAgent(ctx, request, func(ctx context.Context, agent *mayfly.Agent) error {
		token = agent.Token()
		fmt.Println("spawned  ", agent.ID())
		return show(ctx, client, token)
	})
	if err != nil {
		return err
	}
	// Its work is done: whoever still has the token has nothing.
	return show(ctx, client, token)
}

func show(ctx context.Context, client *mayfly.Client, token string) error {
	validation, err := client.Validate(ctx, token, mayfly.ValidateOptions{
		RequiredScope: []string{"read:data:customer-12345"},
	})
	fmt.Println("validated", validation.IsValid)
	return err
}
