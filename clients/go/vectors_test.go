package mayfly

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"testing"

	"github.com/containerd/ttrpc"
	gogo "github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"mayfly.local/mayfly/internal/chain"
)

func readVectorFile(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "proto", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// hexBytes are bytes in hexadecimal.
type hexBytes []byte

func (b *hexBytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

func messageOf(t *testing.T, name string, fields []byte) (fresh, filled proto.Message) {
	t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		t.Fatal(err)
	}
	fresh, filled = kind.New().Interface(), kind.New().Interface()
	if err := protojson.Unmarshal(fields, filled); err != nil {
		t.Fatal(err)
	}
	return fresh, filled
}

func TestEveryRequestIsEncodedAsTheVectorsHaveIt(t *testing.T) {
	var file struct {
		Requests []struct {
			Name, Service, Method, Message string
			Fields                         json.RawMessage
			Payload, Frame                 hexBytes
			Stream                         uint32
			Flags                          byte
		}
	}
	readVectorFile(t, "frames.json", &file)
	for _, request := range file.Requests {
		_, message := messageOf(t, request.Message, request.Fields)
		payload, err := outgoing{message}.Marshal()
		if err != nil || !bytes.Equal(payload, request.Payload) {
			t.Errorf("%s: got %x, %v", request.Name, payload, err)
		}
		data, err := gogo.Marshal(&ttrpc.Request{
			Service: request.Service, Method: request.Method, Payload: payload,
		})
		header := frameHeader{
			length: uint32(len(data)), stream: request.Stream, kind: frameRequest, flags: request.Flags,
		}
		frame := append(header.append(nil), data...)
		if err != nil || !bytes.Equal(frame, request.Frame) {
			t.Errorf("%s: got %x, %v", request.Name, frame, err)
		}
	}
	if len(file.Requests) == 0 {
		t.Error("there are no requests")
	}
}

func TestEveryResponseIsReadAsTheVectorsHaveIt(t *testing.T) {
	type response struct {
		Name, Message string
		Fields        json.RawMessage
		Frame         hexBytes
	}
	var file struct {
		Responses, Stream []response
	}
	readVectorFile(t, "frames.json", &file)
	for index, response := range append(file.Responses, file.Stream...) {
		fresh, want := messageOf(t, response.Message, response.Fields)
		payload := []byte(response.Frame[headerSize:])
		if index < len(file.Responses) {
			answer := &ttrpc.Response{}
			if err := gogo.Unmarshal(payload, answer); err != nil {
				t.Errorf("%s: %v", response.Name, err)
			}
			payload = answer.Payload
		}
		err := proto.Unmarshal(payload, fresh)
		fresh.ProtoReflect().SetUnknown(nil)
		if err != nil || !proto.Equal(fresh, want) {
			t.Errorf("%s: got %v, %v", response.Name, fresh, err)
		}
	}
}

func TestEveryRefusalIsUnderstoodAsTheVectorsHaveIt(t *testing.T) {
	var file struct {
		Cases []struct {
			Name   string
			Frame  hexBytes
			Expect struct {
				CodeName        string `json:"code_name"`
				Reason, Message string
				Metadata        map[string]string
			}
		}
	}
	readVectorFile(t, "refusals.json", &file)
	for _, test := range file.Cases {
		answer := &ttrpc.Response{}
		if err := gogo.Unmarshal(test.Frame[headerSize:], answer); err != nil {
			t.Errorf("%s: %v", test.Name, err)
			continue
		}
		got := refusal(status.FromProto(answer.Status))
		want := &RefusedError{
			Status: test.Expect.CodeName, Reason: test.Expect.Reason, Message: test.Expect.Message,
			Metadata: test.Expect.Metadata,
		}
		if got.Metadata == nil {
			got.Metadata = map[string]string{}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", test.Name, got, want)
		}
	}
}

func TestEveryProofIsSignedAsTheVectorsHaveIt(t *testing.T) {
	var file struct {
		Proofs []struct {
			Name, Purpose, Issuer        string
			Seed, Challenge, Body, Proof hexBytes
			ProofSeq                     uint64 `json:"proof_seq"`
		}
		Hops []struct {
			Name, Hop, Grant string
			Seed             hexBytes
			Members          map[string]any
		}
		Keys []struct {
			Thumbprint, Pem string
			PublicKey       hexBytes `json:"public_key"`
		}
		Digests []struct {
			Level, Target string
			Digest        hexBytes
		}
		Scopes []struct {
			Held, Wanted string
			Covers       bool
		}
	}
	readVectorFile(t, "proofs.json", &file)
	for _, test := range file.Proofs {
		session, err := newSession(vectorSession{challenge: test.Challenge, issuer: test.Issuer})
		if err != nil {
			t.Fatal(err)
		}
		proof := session.prove(test.Purpose, test.ProofSeq, test.Body, ed25519.NewKeyFromSeed(test.Seed))
		if !bytes.Equal(proof, test.Proof) {
			t.Errorf("%s: got %x", test.Name, proof)
		}
	}
	for _, test := range file.Hops {
		hop := hopOf(t, test.Members).Sign(ed25519.NewKeyFromSeed(test.Seed))
		if hop != test.Hop {
			t.Errorf("%s: got %s", test.Name, hop)
		}
	}
	for _, test := range file.Keys {
		var public [32]byte
		copy(public[:], test.PublicKey)
		if got := chain.Thumbprint(public); got != test.Thumbprint {
			t.Errorf("%x has the thumbprint %s", test.PublicKey, got)
		}
		handed, err := json.Marshal(map[string]any{
			"socket": "s", "token": "t", "agent_id": "a", "private_key": test.Pem, "expires_at": 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		agent, err := inheritedAgent(handed, Options{})
		if err != nil || !bytes.Equal(publicKey(agent.Key()), test.PublicKey) {
			t.Errorf("%x: got %v, %v", test.PublicKey, agent, err)
		}
	}
	for _, test := range file.Digests {
		got := NewRevocationDigest(RevocationLevel(test.Level), test.Target)
		if !bytes.Equal(got[:], test.Digest) {
			t.Errorf("%s %s: got %x", test.Level, test.Target, got)
		}
	}
	for _, test := range file.Scopes {
		if got := ScopeCovers(test.Held, test.Wanted); got != test.Covers {
			t.Errorf("%s covers %s: %v", test.Held, test.Wanted, got)
		}
	}
}

type vectorSession struct {
	challenge []byte
	issuer    string
}

func (s vectorSession) GetChallenge() []byte       { return s.challenge }
func (s vectorSession) GetIssuer() string          { return s.issuer }
func (s vectorSession) GetNowMilliseconds() uint64 { return 0 }

func hopOf(t *testing.T, members map[string]any) (hop chain.Hop) {
	t.Helper()
	text := func(name string) string { return members[name].(string) }
	number := func(name string) uint64 {
		value, _ := members[name].(float64)
		return uint64(value)
	}
	list := func(name string) (texts []string) {
		values, _ := members[name].([]any)
		for _, value := range values {
			texts = append(texts, value.(string))
		}
		return texts
	}
	decode := func(name string) (value [32]byte) {
		bytes, ok := chain.DecodeBase64URL(text(name))
		if !ok {
			t.Fatal(errors.New(name + " is not base64url at " + strconv.Quote(text(name))))
		}
		copy(value[:], bytes)
		return value
	}
	return chain.Hop{
		Issuer: text("iss"), Challenge: decode("challenge"), ProofSequence: number("proof_seq"),
		Delegator: text("delegator"), DelegatorKey: decode("delegator_key"), Delegate: text("delegate"),
		DelegateKey: decode("delegate_key"), Held: list("held"), Scope: list("scope"),
		Audience: list("aud"), MaximumUses: uint32(number("max_uses")), IssuedAt: number("iat"),
		ExpiresAt: number("exp"), Parent: text("parent"), Depth: int(number("depth")),
		Previous: decode("prev"),
	}
}
