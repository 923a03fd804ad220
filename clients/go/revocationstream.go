package mayfly

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	gogo "github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"mayfly.local/mayfly/internal/mayflyv1"
)

const (
	// The broker sends a heartbeat every 5 s without an end.
	silenceLimit = 15 * time.Second
	streamNumber = 1
)

// RevocationStream is every end before expiry, batch by batch, for one reader. It has a connection
// of its own: the published ttrpc knows no streams. It does not end by itself, but with an error,
// and where its reader is too slow the broker cuts it: go on from the last position that was
// handled.
type RevocationStream struct {
	connection net.Conn
	reader     *bufio.Reader
	silence    time.Duration

	ended     chan struct{}
	endedOnce sync.Once
}

// WatchRevocations follows the stream of ends from behind a position on; 0 asks for everything that
// can still matter. It ends with the context, or with Close. Needs no app.
func (client *Client) WatchRevocations(
	ctx context.Context, after uint64,
) (*RevocationStream, error) {
	select {
	case <-client.closed:
		return nil, failed(ErrClosed, "the client is closed", nil)
	default:
	}
	dialing, cancel := context.WithTimeout(ctx, client.options.ConnectTimeout)
	defer cancel()
	connection, err := dialSocket(dialing, client.options.Socket)
	if err != nil {
		return nil, err
	}
	stream := &RevocationStream{
		connection: connection, reader: bufio.NewReader(connection), silence: silenceLimit,
		ended: make(chan struct{}),
	}
	if err := stream.ask(after, client.options.CallTimeout); err != nil {
		stream.Close()
		return nil, err
	}
	go func() {
		select {
		case <-ctx.Done():
		case <-client.closed:
		case <-stream.ended:
		}
		stream.Close()
	}()
	return stream, nil
}

func (stream *RevocationStream) ask(after uint64, timeout time.Duration) error {
	payload, err := proto.Marshal(&mayflyv1.WatchRevocationsRequest{AfterPosition: after})
	if err != nil {
		return encodingError(err)
	}
	data, err := gogo.Marshal(&ttrpc.Request{
		Service: trustService, Method: "WatchRevocations", Payload: payload,
	})
	if err != nil {
		return encodingError(err)
	}
	header := frameHeader{
		length: uint32(len(data)), stream: streamNumber, kind: frameRequest, flags: flagLastRequest,
	}
	_ = stream.connection.SetWriteDeadline(time.Now().Add(timeout))
	_, err = stream.connection.Write(append(header.append(nil), data...))
	return stream.lost(err)
}

// Next waits for the next batch, 15 s at most: the broker is never silent for as long.
func (stream *RevocationStream) Next() (RevocationBatch, error) {
	_ = stream.connection.SetReadDeadline(time.Now().Add(stream.silence))
	var start [headerSize]byte
	if _, err := io.ReadFull(stream.reader, start[:]); err != nil {
		return RevocationBatch{}, stream.lost(err)
	}
	header := parseHeader(start)
	if err := header.checkLength(); err != nil {
		return RevocationBatch{}, stream.violated(err.Error())
	}
	if header.stream != streamNumber || header.kind != frameResponse && header.kind != frameData {
		return RevocationBatch{}, stream.violated("a frame that belongs to no stream of ends")
	}
	// Room is made for what comes, not for what the header claims.
	data := bytes.Buffer{}
	if _, err := io.CopyN(&data, stream.reader, int64(header.length)); err != nil {
		return RevocationBatch{}, stream.lost(err)
	}
	if header.kind == frameResponse {
		return RevocationBatch{}, stream.finished(data.Bytes())
	}
	return stream.batch(data.Bytes())
}

// Close ends the stream: whoever reads it gets ErrClosed.
func (stream *RevocationStream) Close() error {
	stream.endedOnce.Do(func() { close(stream.ended) })
	return stream.connection.Close()
}

func (stream *RevocationStream) batch(data []byte) (RevocationBatch, error) {
	message := &mayflyv1.WatchRevocationsResponse{}
	if err := proto.Unmarshal(data, message); err != nil {
		return RevocationBatch{}, stream.violated("what came is not a batch of ends")
	}
	batch := RevocationBatch{
		Position: message.GetPosition(), FirstIssueAt: fromUnix(message.GetFirstIssueAt()),
		HasGap: message.GetGap(), IsCurrent: message.GetCurrent(),
		Digests: make([]RevocationDigest, len(message.GetDigests())),
	}
	for index, digest := range message.GetDigests() {
		if len(digest) != len(RevocationDigest{}) {
			return RevocationBatch{}, stream.violated("a digest is 32 bytes")
		}
		copy(batch.Digests[index][:], digest)
	}
	return batch, nil
}

// finished says why the broker ended the stream.
func (stream *RevocationStream) finished(data []byte) error {
	answer := &ttrpc.Response{}
	if err := gogo.Unmarshal(data, answer); err != nil {
		return stream.violated("what came is not an answer")
	}
	stream.Close()
	if answer.Status != nil && answer.Status.Code != 0 {
		return refusal(status.FromProto(answer.Status))
	}
	return failed(ErrConnection, "the broker ended the stream", nil)
}

func (stream *RevocationStream) violated(message string) error {
	stream.Close()
	return protocolViolation(message)
}

func (stream *RevocationStream) lost(err error) error {
	if err == nil {
		return nil
	}
	select {
	case <-stream.ended:
		return failed(ErrClosed, "the stream was closed", nil)
	default:
	}
	stream.Close()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return failed(ErrTimeout, "the broker was silent", err)
	}
	return failed(ErrConnection, "the connection was lost", err)
}
