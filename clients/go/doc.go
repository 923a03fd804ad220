// Package mayfly is the client of Mayfly, the credential broker for the AI agents of one host, and
// a verifier for the resources that its tokens open.
//
// A Client is one connection that all goroutines share. It speaks for an app, and spawns agents:
// each has an identity, a key, and a token scoped to its task.
//
//	client := mayfly.New(mayfly.Options{App: "support-desk", Orchestration: "support"})
//	defer client.Close()
//	agent, err := client.Spawn(ctx, mayfly.AgentRequest{
//		Task: "ticket-4711", Scope: []string{"read:data:customer-12345"},
//	})
//	if err != nil {
//		return err
//	}
//	defer agent.Release(ctx)
//
// A Verifier judges tokens where the resources are, by itself, and sees a revocation as soon as the
// broker announces it.
//
// The calls travel over the published ttrpc (github.com/containerd/ttrpc); what they mean is
// written in proto/PROTOCOL.md.
package mayfly
