package chain

import "strings"

// Limits of PROTOCOL.md, "Words".
const (
	maximumIssuer      = 249
	maximumAudience    = 256
	maximumAudiences   = 8
	maximumScope       = 256
	maximumScopes      = 32
	maximumIdentifier  = 128
	maximumTrustDomain = 255
)

func isIdentifierByte(byte byte) bool {
	switch {
	case 'a' <= byte && byte <= 'z', 'A' <= byte && byte <= 'Z', '0' <= byte && byte <= '9':
		return true
	default:
		return byte == '.' || byte == '_' || byte == '-'
	}
}

// isPlainByte is printable ASCII without space, quote, backslash and comma.
func isPlainByte(byte byte) bool {
	return 0x21 <= byte && byte <= 0x7E && byte != '"' && byte != '\\' && byte != ','
}

func isMadeOf(text string, isAllowed func(byte) bool) bool {
	for index := 0; index < len(text); index++ {
		if !isAllowed(text[index]) {
			return false
		}
	}
	return true
}

// IsIssuer tells whether a text can be an issuer.
func IsIssuer(text string) bool {
	return 1 <= len(text) && len(text) <= maximumIssuer &&
		isMadeOf(text, func(byte byte) bool { return isPlainByte(byte) || byte == ',' })
}

// IsAudience tells whether a text can be an audience.
func IsAudience(text string) bool {
	return 1 <= len(text) && len(text) <= maximumAudience && isMadeOf(text, isPlainByte)
}

// IsIdentifier tells whether a text can be an orchestration or task id.
func IsIdentifier(text string) bool {
	return 1 <= len(text) && len(text) <= maximumIdentifier && isMadeOf(text, isIdentifierByte) &&
		text != "." && text != ".."
}

// IsScope tells whether a text is a scope, action:resource:identifier.
func IsScope(text string) bool {
	action, rest, _ := strings.Cut(text, ":")
	resource, identifier, _ := strings.Cut(rest, ":")
	return len(text) <= maximumScope && action != "" && resource != "" && identifier != "" &&
		isMadeOf(action, isIdentifierByte) && isMadeOf(resource, isIdentifierByte) &&
		isMadeOf(identifier, isPlainByte)
}

// Covers tells whether holding one scope is enough for another; both are scopes.
func Covers(held, wanted string) bool {
	if held == wanted {
		return true
	}
	// The first two colons split a scope: an identifier may end in ":*" and is no star.
	first := strings.IndexByte(held, ':')
	second := first + 1 + strings.IndexByte(held[first+1:], ':')
	return held[second+1:] == "*" && strings.HasPrefix(wanted, held[:second+1])
}

// CoversAll tells whether each wanted scope is covered by one that is held.
func CoversAll(held, wanted []string) bool {
	for _, scope := range wanted {
		if !isCovered(scope, held) {
			return false
		}
	}
	return true
}

func isCovered(wanted string, held []string) bool {
	for _, scope := range held {
		if Covers(scope, wanted) {
			return true
		}
	}
	return false
}

// Contains tells whether a list has a text.
func Contains(list []string, wanted string) bool {
	for _, text := range list {
		if text == wanted {
			return true
		}
	}
	return false
}

func containsAll(list, wanted []string) bool {
	for _, text := range wanted {
		if !Contains(list, text) {
			return false
		}
	}
	return true
}

func isHex(text string, count int) bool {
	return len(text) == count && isMadeOf(text, func(byte byte) bool {
		return '0' <= byte && byte <= '9' || 'a' <= byte && byte <= 'f'
	})
}

// IsReference tells whether a text is the id of a grant or a token: 32 lower-case hexadecimal
// characters.
func IsReference(text string) bool { return isHex(text, 32) }

// AgentID is a SPIFFE ID in its parts: spiffe://{trust
// domain}/agent/{orchestration}/{task}/{instance}.
type AgentID struct {
	TrustDomain, Orchestration, Task, Instance string
}

// ParseAgentID takes a SPIFFE ID apart.
func ParseAgentID(text string) (id AgentID, ok bool) {
	const scheme = "spiffe://"
	if !strings.HasPrefix(text, scheme) {
		return id, false
	}
	parts := strings.Split(text[len(scheme):], "/")
	if len(parts) != 5 || parts[1] != "agent" {
		return id, false
	}
	id = AgentID{TrustDomain: parts[0], Orchestration: parts[2], Task: parts[3], Instance: parts[4]}
	isTrustDomain := 1 <= len(id.TrustDomain) && len(id.TrustDomain) <= maximumTrustDomain &&
		isMadeOf(id.TrustDomain, func(byte byte) bool {
			return isIdentifierByte(byte) && (byte < 'A' || 'Z' < byte)
		})
	return id, isTrustDomain && IsIdentifier(id.Orchestration) && IsIdentifier(id.Task) &&
		isHex(id.Instance, 16)
}

func isAgentID(text string) bool {
	_, ok := ParseAgentID(text)
	return ok
}

// parseWhole reads a decimal number without sign or leading zero, so that a number has one text.
func parseWhole(text string) (number uint64, ok bool) {
	if text == "" || text[0] == '0' && len(text) > 1 {
		return 0, false
	}
	for index := 0; index < len(text); index++ {
		digit := text[index] - '0'
		if digit > 9 || number > (1<<64-1)/10 {
			return 0, false
		}
		next := number*10 + uint64(digit)
		if next < number*10 {
			return 0, false
		}
		number = next
	}
	return number, true
}
