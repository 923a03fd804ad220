// Delegate three deep, verify the chain offline, revoke the middle, see the leaf die.
//
//	mayfly app add --name support-desk --ceiling 'read:data:*'
//	go run ./examples/delegation support-desk      (as a user who may operate the broker)
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
	var agents []*mayfly.Agent
	for _, task := range []string{"plan", "research", "read", "file"} {
		agent, err := client.Spawn(ctx, mayfly.AgentRequest{Task: task, Scope: []string{"read:data:*"}})
		if err != nil {
			return err
		}
		defer agent.Release(ctx)
		agents = append(agents, agent)
	}

	// Each agent signs what it hands on; the next one holds it by its own key.
	terms := mayfly.DelegationTerms{Scope: []string{"read:data:customer-12345"}}
	holders := []*mayfly.Agent{agents[0]}
	for depth := 1; depth < len(agents); depth++ {
		issued, err := holders[depth-1].Delegate(ctx, agents[depth].ID(), terms)
		if err != nil {
			return err
		}
		holders = append(holders, client.Adopt(issued, agents[depth].Key()))
	}
	first, second, leaf := holders[1], holders[2], holders[3]

	keys, err := client.Keys(ctx)
	if err != nil {
		return err
	}
	verified, err := mayfly.VerifyChain(leaf.Token(), mayfly.ChainOptions{Keys: keys})
	if err != nil {
		return err
	}
	fmt.Println("verified ", verified.Scope, "for", verified.Subject)
	for _, link := range verified.Lineage {
		fmt.Printf("          %s: %s\n", link.Task, link.AgentID)
	}
	wider := mayfly.DelegationTerms{Scope: []string{"read:data:*"}}
	_, err = second.Delegate(ctx, agents[3].ID(), wider)
	fmt.Println("refused   to hand on more than it holds:", mayfly.Code(err))

	operator := mayfly.NewOperator(mayfly.Options{})
	defer operator.Close()
	middle := agents[2].ID()
	count, err := operator.Revoke(ctx, mayfly.Revocation{Level: mayfly.LevelAgent, Target: middle})
	if err != nil {
		return err
	}
	fmt.Printf("revoked   %s: %d grants\n", middle, count)
	return show(ctx, client, leaf.Token(), first.Token())
}

func show(ctx context.Context, client *mayfly.Client, leaf, first string) error {
	validations, err := client.ValidateBatch(ctx, []string{leaf, first}, mayfly.ValidateOptions{})
	if err != nil {
		return err
	}
	fmt.Println("leaf      is valid:", validations[0].IsValid)
	fmt.Println("first     is valid:", validations[1].IsValid)
	return nil
}
