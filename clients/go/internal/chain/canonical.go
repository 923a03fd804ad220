package chain

import "strings"

// canonicalReader reads JSON of which every byte but the values is known beforehand: root
// statements and hops. What it accepts is therefore the one text of its values. It goes on after a
// mistake, and isGood says at the end whether there was one.
type canonicalReader struct {
	rest   string
	isGood bool
}

func (r *canonicalReader) skip(literal string) bool {
	if !strings.HasPrefix(r.rest, literal) {
		return false
	}
	r.rest = r.rest[len(literal):]
	return true
}

func (r *canonicalReader) expect(literal string) { r.isGood = r.skip(literal) && r.isGood }

// text reads up to the next quote and skips that. No form accepts a quote or a backslash.
func (r *canonicalReader) text(hasForm func(string) bool) string {
	text, rest, found := strings.Cut(r.rest, `"`)
	r.isGood = r.isGood && found && hasForm(text)
	r.rest = rest
	return text
}

// texts reads an array of 1 to maximum texts behind its `["`.
func (r *canonicalReader) texts(maximum int, hasForm func(string) bool) []string {
	texts := []string{r.text(hasForm)}
	for r.isGood && r.skip(`,"`) {
		r.isGood = len(texts) < maximum
		texts = append(texts, r.text(hasForm))
	}
	r.expect("]")
	return texts
}

func (r *canonicalReader) bytes32() (value [32]byte) {
	r.text(func(text string) (ok bool) {
		value, ok = decode32(text)
		return ok
	})
	return value
}

func (r *canonicalReader) number(least, most uint64) uint64 {
	end := 0
	for end < len(r.rest) && '0' <= r.rest[end] && r.rest[end] <= '9' {
		end++
	}
	number, ok := parseWhole(r.rest[:end])
	r.isGood = r.isGood && ok && least <= number && number <= most
	r.rest = r.rest[end:]
	return number
}

// end tells whether all was as it should be, and nothing is left.
func (r *canonicalReader) end() bool { return r.isGood && r.rest == "" }
