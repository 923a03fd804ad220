package chain

import "encoding/hex"

// claims is what a payload says, each claim in its form. Only the broker's signature makes it true.
// They are found by name, in any order; unknown ones are passed over.
type claims struct {
	grant, tokenID, issuer string
	expiresAt              uint64
	isOnline               bool
	// nil in a token by reference.
	authority *authority
}

// authority is what a token by reference leaves out.
type authority struct {
	subject             string
	audience            []string
	notBefore, issuedAt uint64
	scope               []string
	thumbprint          [32]byte
	thumbprintText      string
	// nil where the token was not delegated.
	delegation *delegation
}

// delegation is not looked into yet.
type delegation struct {
	root          string
	hops          []string
	lastHopDigest [32]byte
}

func parseClaims(payload []byte) (claims, error) {
	json, ok := parseJSON(payload)
	if !ok || json.kind != object {
		return claims{}, PayloadMalformed
	}
	reader := claimReader{json: json}
	result := claims{
		grant:     reader.text("grant", IsReference),
		tokenID:   reader.text("jti", IsReference),
		issuer:    reader.text("iss", IsIssuer),
		expiresAt: reader.whole("exp"),
	}
	if online, isThere := json.member("online"); isThere {
		result.isOnline = online.kind == boolean && online.literal == "true"
		reader.check(result.isOnline, ClaimMalformed)
	}
	if !result.isOnline || !statesNoAuthority(json) {
		result.authority = reader.authority()
	}
	return result, reader.err
}

// statesNoAuthority tells whether this can be the payload of a token by reference: a token that has
// lost a claim is not one.
func statesNoAuthority(json value) bool {
	for _, name := range []string{
		"sub", "aud", "nbf", "iat", "scope", "cnf", "root", "delegation_chain", "chain_hash",
	} {
		if _, isThere := json.member(name); isThere {
			return false
		}
	}
	return true
}

// claimReader keeps the first mistake.
type claimReader struct {
	json value
	err  error
}

func (r *claimReader) check(isGood bool, refusal Refusal) {
	if !isGood && r.err == nil {
		r.err = refusal
	}
}

func (r *claimReader) claim(name string) value {
	claim, isThere := r.json.member(name)
	r.check(isThere, ClaimMissing)
	return claim
}

func (r *claimReader) text(name string, hasForm func(string) bool) string {
	claim := r.claim(name)
	r.check(claim.kind == text && hasForm(claim.literal), ClaimMalformed)
	return claim.literal
}

func (r *claimReader) whole(name string) uint64 {
	claim := r.claim(name)
	whole, ok := parseWhole(claim.literal)
	r.check(claim.kind == number && ok, ClaimMalformed)
	return whole
}

func (r *claimReader) texts(name string, maximum int, hasForm func(string) bool) []string {
	texts, ok := r.claim(name).texts()
	ok = ok && 1 <= len(texts) && len(texts) <= maximum
	for _, text := range texts {
		ok = ok && hasForm(text)
	}
	r.check(ok, ClaimMalformed)
	return texts
}

func (r *claimReader) authority() *authority {
	result := &authority{subject: r.text("sub", isAgentID)}
	if _, isThere := r.json.member("aud"); isThere {
		result.audience = r.texts("aud", maximumAudiences, IsAudience)
	}
	result.notBefore = r.whole("nbf")
	result.issuedAt = r.whole("iat")
	result.scope = r.texts("scope", maximumScopes, IsScope)
	thumbprint, _ := r.claim("cnf").member("jkt")
	digest, ok := decode32(thumbprint.literal)
	r.check(thumbprint.kind == text && ok, ClaimMalformed)
	result.thumbprint, result.thumbprintText = digest, thumbprint.literal
	result.delegation = r.delegation()
	return result
}

func (r *claimReader) delegation() *delegation {
	_, hasRoot := r.json.member("root")
	_, hasHops := r.json.member("delegation_chain")
	_, hasHash := r.json.member("chain_hash")
	if !hasRoot && !hasHops && !hasHash {
		return nil
	}
	any := func(string) bool { return true }
	result := &delegation{root: r.text("root", any)}
	result.hops = r.texts("delegation_chain", maximumJSON, any)
	hash := r.text("chain_hash", func(text string) bool { return isHex(text, 64) })
	if digest, err := hex.DecodeString(hash); err == nil {
		copy(result.lastHopDigest[:], digest)
	}
	return result
}
