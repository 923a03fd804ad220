package mayfly

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"
)

// pieces plays bytes as a connection, and swallows what is written.
type pieces struct {
	net.Conn
	io.Reader
}

func (p pieces) Read(into []byte) (int, error)  { return p.Reader.Read(into) }
func (p pieces) Write(into []byte) (int, error) { return len(into), nil }
func (p pieces) Close() error                   { return nil }

func frame(stream uint32, kind byte, data string) []byte {
	header := frameHeader{length: uint32(len(data)), stream: stream, kind: kind}
	return append(header.append(nil), data...)
}

func TestTheGuardLetsThroughWhatABrokerMaySend(t *testing.T) {
	good := append(frame(3, frameResponse, "second"), frame(1, frameResponse, "")...)
	long := frameHeader{length: maximumFrame + 1, stream: 5, kind: frameResponse}
	for name, bad := range map[string][]byte{
		"too long":          long.append(nil),
		"another type":      frame(5, frameData, ""),
		"never asked":       frame(7, frameResponse, ""),
		"answered before":   frame(3, frameResponse, ""),
		"zero":              frame(0, frameResponse, ""),
		"the client's kind": frame(5, frameRequest, ""),
	} {
		for _, slow := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, whole} {
			all := bytes.Join([][]byte{good, bad, []byte("never seen")}, nil)
			g := newGuard(pieces{Reader: slow(bytes.NewReader(all))})
			for _, stream := range []uint32{1, 3, 5} {
				// In pieces, as a buffered writer may send them.
				request := frame(stream, frameRequest, "request")
				_, _ = g.Write(request[:3])
				_, _ = g.Write(request[3:])
			}
			read, err := io.ReadAll(g)
			if err == nil || !errors.Is(g.reason(), ErrProtocol) {
				t.Errorf("%s: got %v, %v", name, err, g.reason())
			}
			if len(read) < len(good) || len(read) >= len(good)+headerSize {
				t.Errorf("%s: %d bytes went through", name, len(read))
			}
		}
	}
}

func whole(reader io.Reader) io.Reader { return reader }

func TestTheGuardRemembersABoundedNumberOfCalls(t *testing.T) {
	g := newGuard(pieces{})
	for stream := uint32(1); ; stream += 2 {
		if _, err := g.Write(frame(stream, frameRequest, "")); err != nil {
			break
		}
		if len(g.waiting) > maximumWaiting {
			t.Fatal("it has no bound")
		}
	}
	if len(g.waiting) != maximumWaiting || !errors.Is(g.reason(), ErrConnection) {
		t.Errorf("it stopped at %d, because of %v", len(g.waiting), g.reason())
	}
}

func TestAConnectionThatAnswersNothingIsGivenUp(t *testing.T) {
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "silent.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan net.Conn, 8)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- connection
		}
	}()
	client := New(Options{Socket: listener.Addr().String(), CallTimeout: time.Millisecond})
	defer client.Close()
	for call := 0; call <= maximumSilence; call++ {
		_, err := client.Validate(context.Background(), "any", ValidateOptions{})
		if !errors.Is(err, ErrTimeout) {
			t.Fatalf("got %v", err)
		}
	}
	for range "12" {
		connection := <-accepted
		defer connection.Close()
	}
}

func TestALifetimeIsRoundedUpToWholeSeconds(t *testing.T) {
	for lifetime, want := range map[time.Duration]uint32{
		0: 0, time.Nanosecond: 1, time.Second: 1, time.Second + 1: 2, 90 * time.Second: 90,
	} {
		if got, err := wholeSeconds(lifetime); got != want || err != nil {
			t.Errorf("%v is %d, %v", lifetime, got, err)
		}
	}
	for _, lifetime := range []time.Duration{-1, 1 << 62} {
		if _, err := wholeSeconds(lifetime); !errors.Is(err, ErrInvalidRequest) {
			t.Errorf("%v: got %v", lifetime, err)
		}
	}
}
