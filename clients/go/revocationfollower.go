package mayfly

import (
	"context"
	"math"
	"sync"
	"time"
)

const (
	firstPause   = 50 * time.Millisecond
	longestPause = 5 * time.Second
	// After more ends than there is room for: the broker sends all that matter again.
	overflowPause = time.Minute
)

// FollowOptions bound what a follower remembers.
type FollowOptions struct {
	// Capacity is ends that are remembered; 0 means 500,000, about 50 bytes each. With more, nothing
	// counts as known until the broker has sent all that matter again.
	Capacity int
	// Retention is no less than the broker's longest life and a minute; 0 means 24 h and a minute, the
	// broker's default. Tokens that live longer are for the broker to judge.
	Retention time.Duration
}

// RevocationFollower follows the broker's stream of ends and remembers them: it connects again when
// the stream is lost, from where it was. It knows until when it has heard everything.
type RevocationFollower struct {
	client *Client
	ended  *RevocationSet
	cancel context.CancelFunc
	done   chan struct{}
	// Where a stream goes on.
	position uint64

	mutex sync.Mutex
	// Zero where something is missing.
	knownUntil time.Time
	// Closed when it is not, and replaced when it is again.
	caughtUp chan struct{}
}

// FollowRevocations starts to follow the stream of ends, until Close or the client's.
func (client *Client) FollowRevocations(options FollowOptions) *RevocationFollower {
	ctx, cancel := context.WithCancel(context.Background())
	follower := &RevocationFollower{
		client: client, cancel: cancel, done: make(chan struct{}), caughtUp: make(chan struct{}),
		ended: NewRevocationSet(options.Capacity, options.Retention),
	}
	go follower.run(ctx)
	return follower
}

// Ended are the ends that it knows of.
func (follower *RevocationFollower) Ended() *RevocationSet { return follower.ended }

// Staleness is for how long it may have missed something; the longest duration there is before it
// has caught up.
func (follower *RevocationFollower) Staleness() time.Duration {
	follower.mutex.Lock()
	defer follower.mutex.Unlock()
	if follower.knownUntil.IsZero() {
		return math.MaxInt64
	}
	return time.Since(follower.knownUntil)
}

// WaitUntilCaughtUp waits until it has heard of every end that was there when it began.
func (follower *RevocationFollower) WaitUntilCaughtUp(ctx context.Context) error {
	follower.mutex.Lock()
	caughtUp := follower.caughtUp
	follower.mutex.Unlock()
	select {
	case <-caughtUp:
		return nil
	case <-follower.done:
		return failed(ErrClosed, "the follower is closed", nil)
	case <-ctx.Done():
		return contextError(ctx.Err())
	}
}

// Close ends it; then it knows nothing any more.
func (follower *RevocationFollower) Close() error {
	follower.cancel()
	<-follower.done
	return nil
}

func (follower *RevocationFollower) run(ctx context.Context) {
	defer close(follower.done)
	defer follower.forget()
	pause := firstPause
	for {
		follows := follower.follow(ctx)
		switch follows {
		case followedNothing:
			if pause *= 2; pause > longestPause {
				pause = longestPause
			}
		case followedTooMuch:
			pause = overflowPause
		default:
			pause = firstPause
		}
		select {
		case <-ctx.Done():
			return
		case <-follower.client.closed:
			return
		case <-time.After(pause):
		}
	}
}

// outcome is how one stream ended.
type outcome int

const (
	followedNothing outcome = iota
	followedSomething
	followedTooMuch
)

func (follower *RevocationFollower) follow(ctx context.Context) outcome {
	stream, err := follower.client.WatchRevocations(ctx, follower.position)
	if err != nil {
		return followedNothing
	}
	defer stream.Close()
	result, isCurrent := followedNothing, false
	for {
		batch, err := stream.Next()
		if err != nil {
			// What is known grows old, and the next stream may do better.
			return result
		}
		if batch.HasGap {
			follower.forget()
			return followedSomething
		}
		if !follower.ended.Insert(batch) {
			follower.forget()
			return followedTooMuch
		}
		if batch.Position > follower.position {
			follower.position = batch.Position
		}
		isCurrent = isCurrent || batch.IsCurrent
		if isCurrent {
			follower.heard()
		}
		result = followedSomething
	}
}

func (follower *RevocationFollower) heard() {
	follower.mutex.Lock()
	defer follower.mutex.Unlock()
	if follower.knownUntil.IsZero() {
		close(follower.caughtUp)
	}
	follower.knownUntil = time.Now()
}

// forget: something is missing, and only a stream from the beginning has it.
func (follower *RevocationFollower) forget() {
	follower.position = 0
	follower.ended.Clear()
	follower.mutex.Lock()
	defer follower.mutex.Unlock()
	if !follower.knownUntil.IsZero() {
		follower.caughtUp = make(chan struct{})
	}
	follower.knownUntil = time.Time{}
}
