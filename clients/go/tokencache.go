package mayfly

import (
	"sync"
	"sync/atomic"
)

const (
	// Of the base64url text of a signature, at the end of every token.
	signatureCharacters = 86
	// Of all tokens of one generation: what they were made into takes a few times as much.
	maximumGenerationBytes = 8 << 20
)

// cachedToken is a token that was verified, with what its life hangs on.
type cachedToken struct {
	token    string
	verified *VerifiedToken
	names    []RevocationDigest
	// The version of the revocations in which the token was last found alive; 0 for none.
	aliveIn atomic.Uint64
}

// isRevoked looks only where something has changed since the last look.
func (entry *cachedToken) isRevoked(ended *RevocationSet) bool {
	version := ended.version.Load()
	if entry.aliveIn.Load() == version {
		return false
	}
	if ended.revokes(entry.verified, entry.names) {
		return true
	}
	entry.aliveIn.Store(version)
	return false
}

// tokenCache remembers verified tokens by their signature, in two generations, of which the older
// is forgotten as a whole: its memory is bounded, and a hit writes nothing but what moves up.
type tokenCache struct {
	capacity int

	mutex      sync.RWMutex
	young, old map[string]*cachedToken
	youngBytes int
}

func newTokenCache(capacity int) *tokenCache {
	return &tokenCache{capacity: capacity, young: map[string]*cachedToken{}}
}

// get gives nil where this very token, to the last byte, is not there.
func (cache *tokenCache) get(token string) *cachedToken {
	if len(token) <= signatureCharacters {
		return nil
	}
	signature := token[len(token)-signatureCharacters:]
	cache.mutex.RLock()
	entry, isYoung := cache.young[signature]
	if !isYoung {
		entry = cache.old[signature]
	}
	cache.mutex.RUnlock()
	if entry == nil || entry.token != token {
		return nil
	}
	if !isYoung {
		cache.add(entry)
	}
	return entry
}

func (cache *tokenCache) add(entry *cachedToken) {
	cache.mutex.Lock()
	defer cache.mutex.Unlock()
	if len(cache.young) >= (cache.capacity+1)/2 || cache.youngBytes >= maximumGenerationBytes {
		cache.old, cache.young, cache.youngBytes = cache.young, map[string]*cachedToken{}, 0
	}
	signature := entry.token[len(entry.token)-signatureCharacters:]
	if _, isThere := cache.young[signature]; !isThere {
		cache.youngBytes += len(entry.token)
	}
	cache.young[signature] = entry
}
