package mayfly

import (
	"encoding/binary"
	"fmt"
)

// The framing of ttrpc 1.2 (proto/PROTOCOL.md, "Framing").
const (
	headerSize = 10
	// maximumFrame is the longest data that a broker sends.
	maximumFrame = 4 << 20

	frameRequest  = 1
	frameResponse = 2
	frameData     = 3

	// flagLastRequest: the sender of a request sends no more on its stream.
	flagLastRequest = 1
)

type frameHeader struct {
	length, stream uint32
	kind, flags    byte
}

func parseHeader(bytes [headerSize]byte) frameHeader {
	return frameHeader{
		length: binary.BigEndian.Uint32(bytes[:4]),
		stream: binary.BigEndian.Uint32(bytes[4:8]),
		kind:   bytes[8],
		flags:  bytes[9],
	}
}

func (header frameHeader) append(bytes []byte) []byte {
	bytes = binary.BigEndian.AppendUint32(bytes, header.length)
	bytes = binary.BigEndian.AppendUint32(bytes, header.stream)
	return append(bytes, header.kind, header.flags)
}

// checkLength refuses a frame before any of its data is read.
func (header frameHeader) checkLength() error {
	if header.length > maximumFrame {
		return fmt.Errorf("a frame of %d bytes; the limit is %d", header.length, maximumFrame)
	}
	return nil
}
