package mayfly

import (
	"strings"

	"google.golang.org/protobuf/proto"
)

// crossing carries a message through the codec of the published ttrpc, which is that of gogo/protobuf
// and knows nothing of today's generated messages: to it this is a message that encodes itself.
type crossing struct {
	message proto.Message
}

func (c crossing) Reset() { proto.Reset(c.message) }

func (c crossing) ProtoMessage() {}

// String shows the type only: messages hold tokens and secrets.
func (c crossing) String() string {
	name := string(c.message.ProtoReflect().Descriptor().FullName())
	return name[strings.LastIndexByte(name, '.')+1:]
}

// Marshal is what gogo/protobuf calls to encode.
func (c crossing) Marshal() ([]byte, error) { return proto.Marshal(c.message) }

// Unmarshal is what gogo/protobuf calls to decode.
func (c crossing) Unmarshal(bytes []byte) error { return proto.Unmarshal(bytes, c.message) }
