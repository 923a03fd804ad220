// An HTTP server that verifies tokens by itself and sees a revocation at once.
//
//	go run ./examples/resource_server 127.0.0.1:8080
//	curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/customers/customer-12345
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"mayfly.local/mayfly"
)

func main() {
	address := "127.0.0.1:8080"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, address); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, address string) error {
	client := mayfly.New(mayfly.Options{})
	defer client.Close()
	keys, err := client.Keys(ctx)
	if err != nil {
		return err
	}
	revocations := client.FollowRevocations(mayfly.FollowOptions{})
	defer revocations.Close()
	verifier := mayfly.NewVerifier(mayfly.VerifierOptions{
		Keys: keys, Revocations: revocations, Broker: client,
	})

	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	mux := http.NewServeMux()
	mux.Handle("/customers/", customers{verifier})
	server := &http.Server{Handler: mux}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// customers gives each customer to whoever may read it.
type customers struct {
	verifier *mayfly.Verifier
}

func (c customers) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	customer := strings.TrimPrefix(request.URL.Path, "/customers/")
	token := strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")
	want := mayfly.Want{Scope: []string{"read:data:" + customer}}
	verified, err := c.verifier.Verify(request.Context(), token, want)
	switch code := mayfly.Code(err); code {
	case "":
		answer(response, http.StatusOK, map[string]string{
			"customer": customer, "read_by": verified.Subject,
		})
	case "INVALID_REQUEST":
		answer(response, http.StatusNotFound, map[string]string{"error": "NOT_FOUND"})
	case "SCOPE_VIOLATION":
		answer(response, http.StatusForbidden, map[string]string{"error": code})
	default:
		answer(response, http.StatusUnauthorized, map[string]string{"error": code})
	}
}

func answer(response http.ResponseWriter, status int, body map[string]string) {
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(status)
	_ = json.NewEncoder(response).Encode(body)
}
