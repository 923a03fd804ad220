package chain

import "math"

// rootStatement is what a chain begins with: an agent's own grant.
type rootStatement struct {
	agent    string
	key      [32]byte
	scope    []string
	audience []string
	notAfter uint64
	grant    string
}

func parseRoot(text string) (root rootStatement, ok bool) {
	json, ok := DecodeBase64URL(text)
	if !ok {
		return root, false
	}
	reader := canonicalReader{rest: string(json), isGood: true}
	reader.expect(`{"agent":"`)
	root.agent = reader.text(isAgentID)
	reader.expect(`,"key":"`)
	root.key = reader.bytes32()
	reader.expect(`,"scope":["`)
	root.scope = reader.texts(maximumScopes, IsScope)
	if reader.skip(`,"aud":["`) {
		root.audience = reader.texts(maximumAudiences, IsAudience)
	}
	reader.expect(`,"not_after":`)
	root.notAfter = reader.number(0, math.MaxUint64)
	reader.expect(`,"grant":"`)
	root.grant = reader.text(IsReference)
	reader.expect(`}`)
	return root, reader.end()
}
