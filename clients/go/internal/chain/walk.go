package chain

import "crypto/sha256"

// walk is what the last agent of a chain holds, on the way from the root to the end: each hop that
// is followed takes the place of what it was made from.
type walk struct {
	issuer      string
	agent       string
	key         [32]byte
	grant       string
	scope       []string
	audience    []string // none where no audience was named: then no hop can name one
	maximumUses uint32   // 0 where there is no limit
	expiresAt   uint64
	digest      [32]byte // of the root's text, or of the last hop
	depth       int
}

// newWalk begins at the root, which is the broker's word: nothing in it needs to be proven.
func newWalk(root rootStatement, text, issuer string) *walk {
	return &walk{
		issuer: issuer, agent: root.agent, key: root.key, grant: root.grant, scope: root.scope,
		audience: root.audience, expiresAt: root.notAfter, digest: sha256.Sum256([]byte(text)),
	}
}

// follow goes on to the delegate of a hop, where the hop follows from what is held here.
func (w *walk) follow(text string) error {
	hop, ok := parseHop(text)
	switch {
	case !ok:
		return HopMalformed
	case hop.Depth != w.depth+1 || hop.Previous != w.digest:
		return HopOrder
	case hop.Issuer != w.issuer:
		return IssuerMismatch
	case hop.Delegator != w.agent || hop.DelegatorKey != w.key:
		return DelegatorMismatch
	case !hop.isSigned():
		return HopSignatureInvalid
	case hop.Parent != w.grant:
		return ParentMismatch
	// Not equal: a renewal may have narrowed what the delegator held when it delegated.
	case !CoversAll(w.scope, hop.Held):
		return HeldWidened
	case !CoversAll(hop.Held, hop.Scope):
		return ScopeWidened
	case !containsAll(w.audience, hop.Audience):
		return AudienceWidened
	case w.maximumUses > 0 && (hop.MaximumUses == 0 || hop.MaximumUses > w.maximumUses):
		return UsesWidened
	case hop.ExpiresAt > w.expiresAt:
		return ExpiryWidened
	}
	w.agent, w.key, w.grant = hop.Delegate, hop.DelegateKey, hop.grant()
	w.scope, w.maximumUses, w.expiresAt = hop.Scope, hop.MaximumUses, hop.ExpiresAt
	if len(hop.Audience) > 0 {
		w.audience = hop.Audience
	}
	w.digest, w.depth = hop.digest, hop.Depth
	return nil
}

// check compares the token with the last hop: it states what that gave, or less of it.
func (w *walk) check(stated claims) error {
	authority := stated.authority
	switch {
	case authority.delegation.lastHopDigest != w.digest:
		return ChainHashMismatch
	case stated.grant != w.grant:
		return GrantMismatch
	case authority.subject != w.agent:
		return SubjectMismatch
	case authority.thumbprint != thumbprintDigest(w.key):
		return KeyMismatch
	case !CoversAll(w.scope, authority.scope):
		return ScopeWidened
	// A token without an audience would be for whoever does not ask.
	case len(authority.audience) == 0 && len(w.audience) > 0,
		!containsAll(w.audience, authority.audience):
		return AudienceWidened
	case stated.expiresAt > w.expiresAt:
		return ExpiryWidened
	}
	return nil
}
