package mayfly

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"mayfly.local/mayfly/internal/mayflyv1"
)

const (
	agentsService   = "mayfly.v1.Agents"
	appsService     = "mayfly.v1.Apps"
	operatorService = "mayfly.v1.Operator"
	trustService    = "mayfly.v1.Trust"
)

// method is a service's method by its name.
type method struct {
	service, name string
}

// maximumSilence is how many calls in a row may be without an answer until the connection is given up:
// what was sent and not taken would be kept for as long as it lasts.
const maximumSilence = 64

// link is one connection to a broker, with the session of its proofs. It ends once and is never
// used again.
type link struct {
	guard *guard
	rpc   *ttrpc.Client
	// Calls since the last answer that were too late.
	late atomic.Int64

	mutex sync.Mutex
	// nil before the connection's first challenge.
	session *session
}

// dial connects, and names the app that the options say.
func dial(ctx context.Context, options Options) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, options.ConnectTimeout)
	defer cancel()
	connection, err := dialSocket(ctx, options.Socket)
	if err != nil {
		return nil, err
	}
	guard := newGuard(connection)
	l := &link{guard: guard, rpc: ttrpc.NewClient(guard)}
	if err := l.authenticate(ctx, options); err != nil {
		l.close(err)
		return nil, err
	}
	return l, nil
}

func dialSocket(ctx context.Context, path string) (net.Conn, error) {
	connection, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, failed(ErrConnection, "no broker can be reached at "+path, err)
	}
	return connection, nil
}

func (l *link) authenticate(ctx context.Context, options Options) error {
	request := &mayflyv1.AuthenticateRequest{App: options.App}
	switch {
	case options.Credentials != nil:
		request.App = ""
		request.ClientId = options.Credentials.ClientID
		request.ClientSecret = options.Credentials.Secret
	case options.App == "":
		return nil
	}
	answer := &mayflyv1.AuthenticateResponse{}
	if err := l.call(ctx, method{appsService, "Authenticate"}, request, answer); err != nil {
		return err
	}
	session, err := newSession(answer)
	l.session = session
	return err
}

// challenged gives the link's session: where it has none yet, and where it is to be fresh, the
// broker is asked for it. A challenge stays the same, and so do the numbers of the proofs over it.
func (l *link) challenged(ctx context.Context, isFresh bool) (*session, error) {
	l.mutex.Lock()
	present := l.session
	l.mutex.Unlock()
	if present != nil && !isFresh {
		return present, nil
	}
	answer := &mayflyv1.ChallengeResponse{}
	err := l.call(ctx, method{agentsService, "Challenge"}, &mayflyv1.ChallengeRequest{}, answer)
	if err != nil {
		return nil, err
	}
	fresh, err := newSession(answer)
	if err != nil {
		return nil, err
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.session == nil {
		l.session = fresh
	}
	if l.session.challenge != fresh.challenge {
		return nil, protocolViolation("a connection's challenge changed")
	}
	l.session.setClock(answer)
	return l.session, nil
}

// call sends a request and waits for its answer. A call whose context ends is given up here; its
// answer, if it comes, goes nowhere.
func (l *link) call(ctx context.Context, to method, request, answer proto.Message) error {
	reply := &incoming{}
	err := l.rpc.Call(ctx, to.service, to.name, outgoing{request}, reply)
	// To it no error is a status, too.
	refused, isAnswered := status.FromError(err)
	if isAnswered {
		l.late.Store(0)
	}
	switch {
	case isAnswered && err != nil:
		return refusal(refused)
	case isAnswered:
		err = proto.Unmarshal(reply.bytes, answer)
	case ctx.Err() != nil:
		return l.gaveUp(ctx.Err())
	}
	if err == nil {
		return nil
	}
	// The guard knows first why a connection ends: whatever ttrpc says of it comes behind.
	if reason := l.guard.reason(); reason != nil {
		return reason
	}
	violation := failed(ErrProtocol, "what came is not an answer", err)
	l.close(violation)
	return violation
}

// gaveUp says why a call did not wait for its answer.
func (l *link) gaveUp(err error) error {
	failure := contextError(err)
	isLate := errors.Is(failure, ErrTimeout)
	if isLate && l.late.Add(1) >= maximumSilence {
		l.close(failed(ErrConnection, "the broker answers nothing any more", nil))
	}
	return failure
}

func (l *link) isOpen() bool { return l.guard.reason() == nil }

func (l *link) close(reason error) {
	l.guard.finish(reason)
	_ = l.rpc.Close()
}

func contextError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return failed(ErrTimeout, "the broker did not answer in time", err)
	}
	return failed(ErrCanceled, "the context was cancelled", err)
}
