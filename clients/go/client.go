package mayfly

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/proto"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// Client is a broker, as an orchestrator, an agent or a resource server sees it. Any number of
// goroutines may use it at once: their calls travel side by side on one connection, which is made
// at the first call and made again, and its app named again, when it is lost.
//
// A call fails with *RefusedError where the broker decided against it, else with *CallError. One
// that may be repeated is repeated once when the connection is lost under it; a spawn, a
// registration and a delegation are not, and fail with ErrOutcomeUnknown.
type Client struct {
	options Options
	// What `link` guards, for whoever takes the one token that is in here.
	turn chan struct{}
	link *link

	closed chan struct{}
}

// New makes a client. Nothing is connected yet.
func New(options Options) *Client {
	client := &Client{
		options: options.withDefaults(),
		turn:    make(chan struct{}, 1),
		closed:  make(chan struct{}),
	}
	client.turn <- struct{}{}
	return client
}

// Connect connects and names the app now, so that the first call does not have to. It is refused
// with APP_NOT_ALLOWED where the app is not open to this uid, and with CREDENTIALS_INVALID.
func (client *Client) Connect(ctx context.Context) error {
	_, err := client.connected(ctx)
	return err
}

// Close ends the connection. Calls under way and calls to come fail with ErrClosed. It gives nil,
// also the second time.
func (client *Client) Close() error {
	<-client.turn
	defer func() { client.turn <- struct{}{} }()
	select {
	case <-client.closed:
		return nil
	default:
	}
	close(client.closed)
	if client.link != nil {
		client.link.close(failed(ErrClosed, "the client is closed", nil))
	}
	return nil
}

// Keys are the broker's public keys, current and retired.
func (client *Client) Keys(ctx context.Context) (BrokerKeys, error) {
	answer := &mayflyv1.GetKeysResponse{}
	err := client.call(
		ctx, method{trustService, "GetKeys"}, repeatable, &mayflyv1.GetKeysRequest{}, answer)
	if err != nil {
		return BrokerKeys{}, err
	}
	return brokerKeys(answer)
}

// connected gives the open connection, or makes one; one goroutine at a time does.
func (client *Client) connected(ctx context.Context) (*link, error) {
	if ctx.Err() != nil {
		return nil, contextError(ctx.Err())
	}
	select {
	case <-client.turn:
		defer func() { client.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, contextError(ctx.Err())
	}
	select {
	case <-client.closed:
		return nil, failed(ErrClosed, "the client is closed", nil)
	default:
	}
	if client.link != nil && client.link.isOpen() {
		return client.link, nil
	}
	fresh, err := dial(ctx, client.options)
	if err != nil {
		return nil, err
	}
	client.link = fresh
	return fresh, nil
}

// repetition says whether a call may be sent again when its connection was lost.
type repetition bool

const (
	repeatable    repetition = true
	notRepeatable repetition = false
)

// call sends a request and waits for its answer.
func (client *Client) call(
	ctx context.Context, to method, repetition repetition, request, answer proto.Message,
) error {
	return client.attempt(ctx, repetition, func(ctx context.Context, link *link) error {
		return link.call(ctx, to, request, answer)
	})
}

// attempt does something on a connection, and again on the next one where it was lost and the call
// is repeatable. Where it is not, what was lost has an unknown outcome.
func (client *Client) attempt(
	ctx context.Context, repetition repetition, do func(context.Context, *link) error,
) error {
	for isLast := !bool(repetition); ; isLast = true {
		link, err := client.connected(ctx)
		if err != nil {
			return err
		}
		err = client.limited(ctx, link, do)
		switch {
		case err == nil || !isLostAnswer(err):
			return err
		case repetition == notRepeatable:
			return outcomeUnknown(err)
		case isLast || !errors.Is(err, ErrConnection):
			return err
		}
	}
}

func (client *Client) limited(
	ctx context.Context, link *link, do func(context.Context, *link) error,
) error {
	ctx, cancel := context.WithTimeout(ctx, client.options.CallTimeout)
	defer cancel()
	return do(ctx, link)
}

// isLostAnswer tells whether a call may have been carried out although it failed.
func isLostAnswer(err error) bool {
	for _, kind := range []error{ErrConnection, ErrTimeout, ErrProtocol, ErrCanceled, ErrClosed} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// maximumProofs is how often a proof that came too late is made anew.
const maximumProofs = 4

// prove makes a call that carries a proof, with a new one where the one before came too late: a
// goroutine that stood still between its number and its write can be overtaken by a thousand
// others, a clock can have been set, and another goroutine can have used the challenge. Such a
// refusal has done nothing, so that trying again is safe.
//
// isFresh asks for a challenge that is not older than this call.
func (client *Client) prove(
	ctx context.Context, to method, repetition repetition, isFresh bool, answer proto.Message,
	request func(*session) (proto.Message, error),
) error {
	for proofs := 1; ; proofs++ {
		// By itself, so that a challenge that is lost leaves no outcome unknown.
		err := client.attempt(ctx, repeatable, func(ctx context.Context, link *link) error {
			_, err := link.challenged(ctx, isFresh)
			return err
		})
		if err != nil {
			return err
		}
		err = client.attempt(ctx, repetition, func(ctx context.Context, link *link) error {
			// The connection may be another one than a moment ago.
			session, err := link.challenged(ctx, false)
			if err != nil {
				return err
			}
			message, err := request(session)
			if err != nil {
				return err
			}
			return link.call(ctx, to, message, answer)
		})
		var refused *RefusedError
		if !errors.As(err, &refused) || proofs == maximumProofs {
			return err
		}
		switch refused.Reason {
		case "PROOF_REPLAYED":
		case "CHALLENGE_EXPIRED", "HOP_EXPIRED":
			isFresh = true
		default:
			return err
		}
	}
}

// wholeSeconds is a lifetime as the wire has it: rounded up, 0 for none said.
func wholeSeconds(lifetime time.Duration) (uint32, error) {
	seconds := (lifetime + time.Second - 1) / time.Second
	if lifetime < 0 || seconds > 1<<32-1 {
		return 0, invalidRequest("a lifetime is at least one second and fits 32 bits")
	}
	return uint32(seconds), nil
}

func fromUnix(seconds uint64) time.Time { return time.Unix(int64(seconds), 0) }
