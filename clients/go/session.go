package mayfly

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"
)

const challengeSize = 32

// session is what the proofs of one connection are over, and the broker's clock. It dies with the
// connection.
type session struct {
	issuer       string
	issuerDigest [32]byte
	challenge    [challengeSize]byte
	// The last number given to a proof.
	sequence atomic.Uint64

	mutex  sync.Mutex
	clock  time.Time
	readAt time.Time
}

// sessionAnswer is what Authenticate and Challenge have in common.
type sessionAnswer interface {
	GetChallenge() []byte
	GetIssuer() string
	GetNowMilliseconds() uint64
}

func newSession(answer sessionAnswer) (*session, error) {
	if len(answer.GetChallenge()) != challengeSize {
		return nil, protocolViolation("a challenge is 32 bytes")
	}
	s := &session{issuer: answer.GetIssuer(), issuerDigest: sha256.Sum256([]byte(answer.GetIssuer()))}
	copy(s.challenge[:], answer.GetChallenge())
	s.setClock(answer)
	return s, nil
}

func (s *session) setClock(answer sessionAnswer) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.clock, s.readAt = time.UnixMilli(int64(answer.GetNowMilliseconds())), time.Now()
}

// now is the broker's clock, as far as can be told from when it last said.
func (s *session) now() time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.clock.Add(time.Since(s.readAt))
}

// nextSequence gives each number once, from 1.
func (s *session) nextSequence() uint64 { return s.sequence.Add(1) }

// prove signs a body, which holds the same number (proto/PROTOCOL.md, "What is signed").
func (s *session) prove(
	purpose string, sequence uint64, body []byte, key ed25519.PrivateKey,
) []byte {
	digest := sha256.Sum256(body)
	message := append([]byte("mayfly/v1/"+purpose), 0)
	message = append(message, s.issuerDigest[:]...)
	message = append(message, s.challenge[:]...)
	message = binary.BigEndian.AppendUint64(message, sequence)
	return ed25519.Sign(key, append(message, digest[:]...))
}
