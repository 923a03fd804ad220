package mayfly

import (
	"strings"

	"google.golang.org/protobuf/proto"
)

// The codec of the published ttrpc is that of gogo/protobuf, which knows nothing of today's
// generated messages: to it these two are messages that encode and decode themselves.

// outgoing carries a request.
type outgoing struct {
	message proto.Message
}

// Reset is never called on what is sent.
func (o outgoing) Reset() {}

// ProtoMessage says that it is one.
func (o outgoing) ProtoMessage() {}

// String shows the type only: messages hold tokens and secrets.
func (o outgoing) String() string {
	name := string(o.message.ProtoReflect().Descriptor().FullName())
	return name[strings.LastIndexByte(name, '.')+1:]
}

// Marshal is what gogo/protobuf calls to encode.
func (o outgoing) Marshal() ([]byte, error) { return proto.Marshal(o.message) }

// incoming takes an answer as it came. It is decoded behind ttrpc, which decodes it before it looks
// whether the call was refused.
type incoming struct {
	bytes []byte
}

// Reset is called before Unmarshal.
func (i *incoming) Reset() { i.bytes = nil }

// ProtoMessage says that it is one.
func (i *incoming) ProtoMessage() {}

// String shows nothing of it.
func (i *incoming) String() string { return "answer" }

// Unmarshal is what gogo/protobuf calls to decode.
func (i *incoming) Unmarshal(bytes []byte) error {
	i.bytes = append([]byte(nil), bytes...)
	return nil
}
