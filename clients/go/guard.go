package mayfly

import (
	"fmt"
	"net"
	"sync"
)

// maximumWaiting is how many calls may be without an answer: far more than a broker lets be under way,
// and a bound for what one that answers only some of them leaves behind.
const maximumWaiting = 65_536

// guard is a connection that only lets through the frames that a broker may send at that moment:
// the published ttrpc client ends the process where a frame is too long, and is silent about
// answers that nobody waits for. It looks at headers only, and never holds data back.
type guard struct {
	net.Conn

	inbound  frameScanner
	outbound frameScanner

	mutex sync.Mutex
	// Streams that were begun and not answered.
	waiting map[uint32]struct{}
	end     error
	ended   chan struct{}
}

func newGuard(connection net.Conn) *guard {
	return &guard{Conn: connection, waiting: map[uint32]struct{}{}, ended: make(chan struct{})}
}

// Read is called by one goroutine, as ttrpc has it.
func (g *guard) Read(bytes []byte) (int, error) {
	count, err := g.Conn.Read(bytes)
	good, violation := g.inbound.scan(bytes[:count], g.checkAnswer)
	if violation != nil {
		g.finish(protocolViolation(violation.Error()))
		return good, violation
	}
	if err != nil {
		g.finish(failed(ErrConnection, "the connection was lost", err))
	}
	return count, err
}

// Write is called by one goroutine, as ttrpc has it.
func (g *guard) Write(bytes []byte) (int, error) {
	if _, err := g.outbound.scan(bytes, g.noteRequest); err != nil {
		g.finish(failed(ErrConnection, "the connection was given up", err))
		return 0, err
	}
	count, err := g.Conn.Write(bytes)
	if err != nil {
		g.finish(failed(ErrConnection, "the connection was lost", err))
	}
	return count, err
}

func (g *guard) noteRequest(header frameHeader) error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if len(g.waiting) >= maximumWaiting {
		return fmt.Errorf("%d calls are without an answer", len(g.waiting))
	}
	g.waiting[header.stream] = struct{}{}
	return nil
}

func (g *guard) checkAnswer(header frameHeader) error {
	if err := header.checkLength(); err != nil {
		return err
	}
	if header.kind != frameResponse {
		return fmt.Errorf("a frame of type %d where answers are expected", header.kind)
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if _, isWaiting := g.waiting[header.stream]; !isWaiting {
		return fmt.Errorf("an answer on stream %d, on which nothing was asked", header.stream)
	}
	delete(g.waiting, header.stream)
	return nil
}

// finish closes the connection; the first reason stays.
func (g *guard) finish(reason error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.end != nil {
		return
	}
	g.end = reason
	close(g.ended)
	_ = g.Conn.Close()
}

// reason is why the connection has ended; nil where it has not.
func (g *guard) reason() error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.end
}

// frameScanner follows the headers in a stream of frames, in whatever pieces it comes.
type frameScanner struct {
	header [headerSize]byte
	filled int
	// Of the data behind the header, what is still to come.
	rest uint32
}

// scan calls check with each header that is complete. Where it fails, the count is of the bytes
// before the piece of that header that is among these.
func (s *frameScanner) scan(bytes []byte, check func(frameHeader) error) (int, error) {
	for place := 0; place < len(bytes); {
		if s.rest > 0 {
			step := len(bytes) - place
			if uint64(step) > uint64(s.rest) {
				step = int(s.rest)
			}
			s.rest -= uint32(step)
			place += step
			continue
		}
		start := place
		step := copy(s.header[s.filled:], bytes[place:])
		s.filled += step
		place += step
		if s.filled == headerSize {
			header := parseHeader(s.header)
			if err := check(header); err != nil {
				return start, err
			}
			s.filled, s.rest = 0, header.length
		}
	}
	return len(bytes), nil
}
