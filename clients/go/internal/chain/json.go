package chain

import "unicode/utf8"

// The kinds of a JSON value. Texts and numbers stay as they were written: no number ever passes
// through a floating point.
type kind int

const (
	object kind = iota
	array
	text
	number
	boolean
	null
)

type value struct {
	kind kind
	// Of a text what stands between its quotes, of a number and a word what was written.
	literal string
	// Of an object and an array, in their order; of an object the names beside them.
	elements []value
	names    []string
}

const (
	maximumJSON    = 1 << 20
	maximumDepth   = 8
	maximumMembers = 64
)

// parseJSON reads JSON (RFC 8259) as a broker writes it, and refuses what programs read in
// different ways: names given twice, white space, escapes, invalid UTF-8, a byte order mark,
// control characters, trailing bytes and commas.
func parseJSON(bytes []byte) (value, bool) {
	if len(bytes) > maximumJSON || !utf8.Valid(bytes) {
		return value{}, false
	}
	reader := jsonReader{text: string(bytes), isGood: true}
	read := reader.value(1)
	return read, reader.isGood && reader.place == len(reader.text)
}

// member gives the value of a name; false where there is none, and where this is no object.
func (v value) member(name string) (value, bool) {
	for index, candidate := range v.names {
		if candidate == name {
			return v.elements[index], true
		}
	}
	return value{}, false
}

func (v value) texts() ([]string, bool) {
	if v.kind != array {
		return nil, false
	}
	texts := make([]string, 0, len(v.elements))
	for _, element := range v.elements {
		if element.kind != text {
			return nil, false
		}
		texts = append(texts, element.literal)
	}
	return texts, true
}

// jsonReader goes on to the end of what is well formed; isGood says whether that was all.
type jsonReader struct {
	text   string
	place  int
	isGood bool
}

func (r *jsonReader) peek() byte {
	if r.place < len(r.text) {
		return r.text[r.place]
	}
	return 0 // no value begins with it, and no text has it
}

func (r *jsonReader) skip(byte byte) bool {
	if r.peek() != byte || r.place == len(r.text) {
		return false
	}
	r.place++
	return true
}

func (r *jsonReader) expect(byte byte) { r.isGood = r.skip(byte) && r.isGood }

func (r *jsonReader) value(depth int) value {
	switch r.peek() {
	case '{':
		return r.object(depth)
	case '[':
		return r.array(depth)
	case '"':
		return value{kind: text, literal: r.string()}
	case 't':
		return r.word("true", boolean)
	case 'f':
		return r.word("false", boolean)
	case 'n':
		return r.word("null", null)
	default:
		return r.number()
	}
}

func (r *jsonReader) object(depth int) value {
	result := value{kind: object}
	r.items('{', '}', depth, func() {
		name := r.string()
		if len(result.names) == maximumMembers || Contains(result.names, name) {
			r.isGood = false
		}
		r.expect(':')
		if r.isGood {
			result.names = append(result.names, name)
			result.elements = append(result.elements, r.value(depth+1))
		}
	})
	return result
}

func (r *jsonReader) array(depth int) value {
	result := value{kind: array}
	r.items('[', ']', depth, func() { result.elements = append(result.elements, r.value(depth+1)) })
	return result
}

// items is what objects and arrays have in common: two brackets, and commas in between.
func (r *jsonReader) items(first, last byte, depth int, readItem func()) {
	r.expect(first)
	r.isGood = r.isGood && depth <= maximumDepth
	if !r.isGood || r.skip(last) {
		return
	}
	for {
		readItem()
		if !r.isGood || !r.skip(',') {
			break
		}
	}
	r.expect(last)
}

func (r *jsonReader) string() string {
	r.expect('"')
	start := r.place
	for r.place < len(r.text) && r.text[r.place] != '"' {
		if r.text[r.place] < 0x20 || r.text[r.place] == '\\' {
			r.isGood = false
		}
		r.place++
	}
	content := r.text[start:r.place]
	r.expect('"')
	return content
}

// number reads the grammar of RFC 8259, section 6.
func (r *jsonReader) number() value {
	start := r.place
	r.skip('-')
	if !r.skip('0') {
		r.digits()
	}
	if r.skip('.') {
		r.digits()
	}
	if r.skip('e') || r.skip('E') {
		if !r.skip('+') {
			r.skip('-')
		}
		r.digits()
	}
	return value{kind: number, literal: r.text[start:r.place]}
}

func (r *jsonReader) digits() {
	start := r.place
	for '0' <= r.peek() && r.peek() <= '9' {
		r.place++
	}
	r.isGood = r.isGood && r.place > start
}

func (r *jsonReader) word(word string, kind kind) value {
	for index := 0; index < len(word); index++ {
		r.expect(word[index])
	}
	return value{kind: kind, literal: word}
}
