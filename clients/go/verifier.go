package mayfly

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"mayfly.local/mayfly/internal/chain"
)

// What a Verifier refuses with, besides the codes of the chain.
const (
	scopeViolation    = "SCOPE_VIOLATION"
	revoked           = "REVOKED"
	revocationsStale  = "REVOCATIONS_STALE"
	brokerRequired    = "BROKER_REQUIRED"
	brokerUnreachable = "BROKER_UNREACHABLE"
	tokenNotValid     = "TOKEN_NOT_VALID"
)

const (
	defaultLeeway        = 30 * time.Second
	defaultStaleness     = 30 * time.Second
	defaultCacheCapacity = 4_096
	// Not more often is the broker asked for its keys because a token names another one.
	keyInterval = 10 * time.Second
)

// VerifierOptions say what a Verifier knows, and how it judges.
type VerifierOptions struct {
	// Keys are the broker's.
	Keys BrokerKeys
	// Revocations tell what has ended. Without, every token is for the broker to judge, unless
	// IgnoreRevocations says that ends before the expiry do not matter.
	Revocations       *RevocationFollower
	IgnoreRevocations bool
	// Broker is asked about tokens that only it can judge, where ends may have been missed, and for
	// keys that are new. Nil refuses those tokens.
	Broker *Client
	// Audience that a token must name, where Verify asks for no other; empty asks for none.
	Audience string
	// Leeway is how far the clocks may be apart, in whole seconds; 0 means 30 s, a negative one none.
	Leeway time.Duration
	// Staleness is for how long something may have been missed before nothing is accepted without
	// asking; 0 means 30 s.
	Staleness time.Duration
	// AskAlways asks the broker every time, for what is critical.
	AskAlways bool
	// CacheCapacity is tokens that are remembered as verified; 0 means 4,096.
	CacheCapacity int
}

// Want is what a token must be good for.
type Want struct {
	// Scope must be covered, all of it.
	Scope []string
	// Audience must be named; empty takes the verifier's.
	Audience string
	// ConsumeUse consumes a use of a token whose uses are limited: the broker's client must speak for
	// an app.
	ConsumeUse bool
}

// Verifier judges tokens where the resources are: without asking anyone, and yet it refuses a token
// that was ended as soon as the broker's stream of ends says so. A token that comes again costs a
// look-up. Any number of goroutines may use it.
type Verifier struct {
	options VerifierOptions
	now     func() time.Time

	mutex sync.Mutex
	keys  BrokerKeys
	// When the broker was last asked for them.
	keysAskedAt time.Time
	cache       atomic.Pointer[tokenCache]
}

// NewVerifier makes one; options.Keys are needed.
func NewVerifier(options VerifierOptions) *Verifier {
	switch {
	case options.Leeway == 0:
		options.Leeway = defaultLeeway
	case options.Leeway < 0:
		options.Leeway = 0
	}
	if options.Staleness <= 0 {
		options.Staleness = defaultStaleness
	}
	if options.CacheCapacity <= 0 {
		options.CacheCapacity = defaultCacheCapacity
	}
	verifier := &Verifier{options: options, now: time.Now}
	verifier.SetKeys(options.Keys)
	return verifier
}

// SetKeys puts others in the place of the keys, and every token is verified anew.
func (verifier *Verifier) SetKeys(keys BrokerKeys) {
	verifier.mutex.Lock()
	defer verifier.mutex.Unlock()
	verifier.keys = keys
	verifier.cache.Store(newTokenCache(verifier.options.CacheCapacity))
}

// Verify tells whether a token is good for what is asked, and asks the broker where it has to. The
// error is a *VerificationError, whose code says why not; or ErrInvalidRequest where what is asked
// for is no scope.
func (verifier *Verifier) Verify(
	ctx context.Context, token string, want Want,
) (*VerifiedToken, error) {
	verified, err := verifier.VerifyOffline(token, want)
	if Code(err) == string(chain.ForeignHeader) && verifier.refreshKeys(ctx) {
		verified, err = verifier.VerifyOffline(token, want)
	}
	var unverified *VerificationError
	if errors.As(err, &unverified) && verifier.options.Broker != nil {
		switch unverified.Code {
		case brokerRequired, revocationsStale:
			return verifier.ask(ctx, unverified.Token, token, want)
		}
	}
	return verified, err
}

// VerifyOffline is Verify without asking: what only the broker can say is refused with
// BROKER_REQUIRED or REVOCATIONS_STALE.
func (verifier *Verifier) VerifyOffline(token string, want Want) (*VerifiedToken, error) {
	if want.Audience == "" {
		want.Audience = verifier.options.Audience
	}
	if !all(want.Scope, chain.IsScope) {
		return nil, invalidRequest("a scope is action:resource:identifier")
	}
	entry, err := verifier.verified(token, want.Audience)
	if err != nil {
		return nil, err
	}
	verified := entry.verified
	if !verified.IsReference && !chain.CoversAll(verified.Scope, want.Scope) {
		return nil, &VerificationError{Code: scopeViolation, Token: verified}
	}
	if code := verifier.life(entry); code != "" {
		return nil, &VerificationError{Code: code, Token: verified}
	}
	return verified, nil
}

// verified gives a token whose signatures, times and audience are good.
func (verifier *Verifier) verified(token, audience string) (*cachedToken, error) {
	times := chainTimes(verifier.now(), verifier.options.Leeway)
	cache := verifier.cache.Load()
	if entry := cache.get(token); entry != nil {
		verified := entry.verified
		if err := times.Check(verified.notBefore, verified.issuedAt, verified.expiresAt); err != nil {
			return nil, &VerificationError{Code: err.Error(), Token: verified}
		}
		if audience != "" && !verified.IsReference && !chain.Contains(verified.Audience, audience) {
			return nil, &VerificationError{Code: string(chain.AudienceMismatch), Token: verified}
		}
		return entry, nil
	}
	verifier.mutex.Lock()
	keys := verifier.keys
	verifier.mutex.Unlock()
	verified, err := chain.Verify(token, keys.keys, keys.Issuer, audience, times)
	if err != nil {
		return nil, &VerificationError{Code: err.Error()}
	}
	entry := &cachedToken{token: token, verified: newVerifiedToken(verified)}
	entry.names = revocationNames(entry.verified)
	// Into the cache that was looked at: where the keys have changed meanwhile nobody looks there.
	cache.add(entry)
	return entry, nil
}

// life tells whether a token has ended since it was issued; empty where it is known that it has
// not.
func (verifier *Verifier) life(entry *cachedToken) string {
	follower := verifier.options.Revocations
	isKnown := verifier.options.IgnoreRevocations
	if follower != nil {
		// Before the look, so that what comes meanwhile is looked at the next time.
		staleness := follower.Staleness()
		if entry.isRevoked(follower.ended) {
			return revoked
		}
		isKnown = isKnown ||
			staleness <= verifier.options.Staleness && follower.ended.covers(entry.verified)
	}
	switch {
	case verifier.options.AskAlways || entry.verified.IsOnline:
		return brokerRequired
	case !isKnown:
		return revocationsStale
	default:
		return ""
	}
}

// ask leaves the judgement to the broker.
func (verifier *Verifier) ask(
	ctx context.Context, verified *VerifiedToken, token string, want Want,
) (*VerifiedToken, error) {
	if want.Audience == "" {
		want.Audience = verifier.options.Audience
	}
	answer, err := verifier.options.Broker.Validate(ctx, token, ValidateOptions{
		RequiredScope: want.Scope, RequiredAudience: want.Audience, ConsumeUse: want.ConsumeUse,
		OmitClaims: !verified.IsReference,
	})
	switch {
	case err != nil:
		return nil, &VerificationError{Code: brokerUnreachable, Token: verified, Cause: err}
	case !answer.IsValid:
		return nil, &VerificationError{Code: tokenNotValid, Token: verified}
	case verified.IsReference:
		resolved := *verified
		resolved.Claims = answer.Claims
		return &resolved, nil
	default:
		return verified, nil
	}
}

// refreshKeys tells whether there are other keys now.
func (verifier *Verifier) refreshKeys(ctx context.Context) bool {
	verifier.mutex.Lock()
	isDue := verifier.options.Broker != nil && verifier.now().Sub(verifier.keysAskedAt) >= keyInterval
	if isDue {
		verifier.keysAskedAt = verifier.now()
	}
	verifier.mutex.Unlock()
	if !isDue {
		return false
	}
	keys, err := verifier.options.Broker.Keys(ctx)
	if err != nil {
		// The token is refused with what is known.
		return false
	}
	verifier.SetKeys(keys)
	return true
}
