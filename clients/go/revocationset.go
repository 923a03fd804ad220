package mayfly

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"
)

const (
	defaultRevocationCapacity = 500_000
	// The broker's own default for the longest life there is, and a minute.
	defaultRetention = 24*time.Hour + time.Minute
)

// RevocationLevel is at which level an end is announced.
type RevocationLevel string

// The levels, and what they name.
const (
	// LevelToken is one token, by its jti.
	LevelToken RevocationLevel = "token"
	// LevelGrant is one grant, by its id.
	LevelGrant RevocationLevel = "grant"
	// LevelAgent is an agent, by its SPIFFE ID: its own grant, and all that it holds.
	LevelAgent RevocationLevel = "agent"
	// LevelTask is a task, as task of all orchestrations or as orchestration/task.
	LevelTask RevocationLevel = "task"
	// LevelChain is all that was delegated from one root, by the root's grant id.
	LevelChain RevocationLevel = "chain"
)

// RevocationDigest is what the stream of ends says instead of a name, so that names do not leak.
type RevocationDigest [32]byte

// NewRevocationDigest is SHA-256 of the level's word, a zero byte and the target
// (proto/PROTOCOL.md, "The stream of ends").
func NewRevocationDigest(level RevocationLevel, target string) RevocationDigest {
	return sha256.Sum256([]byte(string(level) + "\x00" + target))
}

// RevocationBatch is what one message of the stream of ends says.
type RevocationBatch struct {
	// Position of its last digest: where a stream goes on behind it.
	Position uint64
	// Digests of what ended; none in a heartbeat.
	Digests []RevocationDigest
	// FirstIssueAt: tokens issued before this are dead.
	FirstIssueAt time.Time
	// HasGap: ends before this batch were lost to this stream.
	HasGap bool
	// IsCurrent: every end that was acknowledged before the stream was asked for has been sent.
	IsCurrent bool
}

// RevocationSet remembers ends in bounded memory, each for at least the retention: in two
// generations, of which the older is forgotten as a whole. Any number of goroutines may use it.
type RevocationSet struct {
	capacity  int
	retention time.Duration

	mutex        sync.RWMutex
	young, old   map[RevocationDigest]struct{}
	youngSince   time.Time
	firstIssueAt uint64
	// Counts changes, so that whoever looked at one needs to look again only after the next.
	version atomic.Uint64
}

// NewRevocationSet makes an empty set. A capacity of 0 means 500,000 ends, about 50 bytes each; a
// retention of 0 means 24 h and a minute: no less than the broker's longest life and a minute.
func NewRevocationSet(capacity int, retention time.Duration) *RevocationSet {
	if capacity <= 0 {
		capacity = defaultRevocationCapacity
	}
	if retention <= 0 {
		retention = defaultRetention
	}
	set := &RevocationSet{capacity: capacity, retention: retention}
	set.version.Store(1)
	set.clear()
	return set
}

// Insert takes in a batch; false where there is no room for it: then not every end is known.
func (set *RevocationSet) Insert(batch RevocationBatch) bool {
	return set.insertAt(batch, time.Now())
}

func (set *RevocationSet) insertAt(batch RevocationBatch, now time.Time) bool {
	set.mutex.Lock()
	defer set.mutex.Unlock()
	if now.Sub(set.youngSince) >= set.retention {
		set.old, set.young, set.youngSince = set.young, map[RevocationDigest]struct{}{}, now
	}
	if first := batch.FirstIssueAt.Unix(); first > 0 && uint64(first) > set.firstIssueAt {
		set.firstIssueAt = uint64(first)
		set.version.Add(1)
	}
	if len(set.young)+len(set.old)+len(batch.Digests) > set.capacity {
		return false
	}
	for _, digest := range batch.Digests {
		set.young[digest] = struct{}{}
	}
	if len(batch.Digests) > 0 {
		set.version.Add(1)
	}
	return true
}

// Len is the number of ends that are remembered.
func (set *RevocationSet) Len() int {
	set.mutex.RLock()
	defer set.mutex.RUnlock()
	return len(set.young) + len(set.old)
}

// Contains tells whether an end was announced.
func (set *RevocationSet) Contains(level RevocationLevel, target string) bool {
	set.mutex.RLock()
	defer set.mutex.RUnlock()
	return set.knows(NewRevocationDigest(level, target))
}

// Clear forgets everything.
func (set *RevocationSet) Clear() {
	set.mutex.Lock()
	defer set.mutex.Unlock()
	set.clear()
	set.version.Add(1)
}

func (set *RevocationSet) clear() {
	set.young, set.old = map[RevocationDigest]struct{}{}, map[RevocationDigest]struct{}{}
	set.youngSince = time.Now()
}

// Revokes tells whether a token is dead: itself, its grant or one that it hangs on, an agent of its
// lineage, a task of theirs, its chain, or everything of its time. Of a token by reference only the
// broker knows the lineage: this sees the token and its grant.
func (set *RevocationSet) Revokes(token *VerifiedToken) bool {
	return set.revokes(token, revocationNames(token))
}

func (set *RevocationSet) revokes(token *VerifiedToken, names []RevocationDigest) bool {
	set.mutex.RLock()
	defer set.mutex.RUnlock()
	if !token.IsReference && token.issuedAt < set.firstIssueAt {
		return true
	}
	for _, name := range names {
		if set.knows(name) {
			return true
		}
	}
	return false
}

// covers tells whether ends are remembered for as long as a token lives.
func (set *RevocationSet) covers(token *VerifiedToken) bool {
	return token.IsReference || token.expiresAt < token.issuedAt ||
		token.expiresAt-token.issuedAt <= uint64(set.retention/time.Second)
}

func (set *RevocationSet) knows(digest RevocationDigest) bool {
	if _, isYoung := set.young[digest]; isYoung {
		return true
	}
	_, isOld := set.old[digest]
	return isOld
}

// revocationNames are the digests of all that a token's life hangs on.
func revocationNames(token *VerifiedToken) []RevocationDigest {
	names := []RevocationDigest{
		NewRevocationDigest(LevelToken, token.TokenID), NewRevocationDigest(LevelGrant, token.GrantID),
	}
	for index, link := range token.Lineage {
		if index == 0 {
			names = append(names, NewRevocationDigest(LevelChain, link.GrantID))
		}
		names = append(names,
			NewRevocationDigest(LevelAgent, link.AgentID),
			NewRevocationDigest(LevelTask, link.Task),
			NewRevocationDigest(LevelTask, link.Orchestration+"/"+link.Task))
		if link.GrantID != token.GrantID {
			names = append(names, NewRevocationDigest(LevelGrant, link.GrantID))
		}
	}
	return names
}
