//! JSON (RFC 8259) as a broker writes it. What programs read in different ways is refused: names
//! given twice, white space, escapes, a byte order mark, control characters, trailing bytes and
//! commas. Texts and numbers stay as they were written.

const MAXIMUM_BYTES: usize = 1 << 20;
const MAXIMUM_DEPTH: usize = 8;
const MAXIMUM_MEMBERS: usize = 64;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Object(Vec<(&'a str, Value<'a>)>),
    Array(Vec<Value<'a>>),
    Text(&'a str),
    Number(&'a str),
    Boolean(bool),
    Null,
}

impl<'a> Value<'a> {
    /// `None` where the bytes are not one such text from the first to the last.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        if bytes.len() > MAXIMUM_BYTES {
            return None;
        }
        let mut reader = Reader { rest: std::str::from_utf8(bytes).ok()? };
        let value = reader.value(1)?;
        reader.rest.is_empty().then_some(value)
    }

    /// The value of a name; `None` where there is none, and where this is no object.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                members.iter().find(|(member, _)| *member == name).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The texts of an array that has nothing else in it.
    pub(super) fn texts(&self) -> Option<Vec<&'a str>> {
        match self {
            Self::Array(elements) => elements.iter().map(Self::text).collect(),
            _ => None,
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn skip(&mut self, literal: &str) -> bool {
        match self.rest.strip_prefix(literal) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, literal: &str) -> Option<()> {
        self.skip(literal).then_some(())
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        match self.rest.as_bytes().first()? {
            b'{' => self.object(depth),
            b'[' => {
                let mut elements = Vec::new();
                self.items("[", "]", depth, |reader| {
                    elements.push(reader.value(depth + 1)?);
                    Some(())
                })?;
                Some(Value::Array(elements))
            }
            b'"' => self.text().map(Value::Text),
            b't' => self.expect("true").map(|()| Value::Boolean(true)),
            b'f' => self.expect("false").map(|()| Value::Boolean(false)),
            b'n' => self.expect("null").map(|()| Value::Null),
            _ => self.number().map(Value::Number),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Value<'a>> {
        let mut members: Vec<(&str, Value)> = Vec::new();
        self.items("{", "}", depth, |reader| {
            let name = reader.text()?;
            if members.len() == MAXIMUM_MEMBERS || members.iter().any(|(other, _)| *other == name) {
                return None;
            }
            reader.expect(":")?;
            members.push((name, reader.value(depth + 1)?));
            Some(())
        })?;
        Some(Value::Object(members))
    }

    /// What objects and arrays have in common: two brackets, and commas in between.
    fn items(
        &mut self,
        first: &str,
        last: &str,
        depth: usize,
        mut read_item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        if depth > MAXIMUM_DEPTH {
            return None;
        }
        self.expect(first)?;
        if self.skip(last) {
            return Some(());
        }
        loop {
            read_item(self)?;
            if !self.skip(",") {
                return self.expect(last);
            }
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        self.expect("\"")?;
        let (text, rest) = self.rest.split_once('"')?;
        self.rest = rest;
        text.bytes().all(|byte| byte >= 0x20 && byte != b'\\').then_some(text)
    }

    /// The grammar of RFC 8259, section 6.
    fn number(&mut self) -> Option<&'a str> {
        let start = self.rest;
        self.skip("-");
        if !self.skip("0") {
            self.digits()?;
        }
        if self.skip(".") {
            self.digits()?;
        }
        if self.skip("e") || self.skip("E") {
            let _ = self.skip("+") || self.skip("-");
            self.digits()?;
        }
        Some(&start[..start.len() - self.rest.len()])
    }

    fn digits(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches(|character: char| character.is_ascii_digit());
        let is_number = rest.len() < self.rest.len();
        self.rest = rest;
        is_number.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_read_in_different_ways_is_refused() {
        for text in [
            "",
            "{",
            "{}x",
            " {}",
            "{} ",
            r#"{"a":1,}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":01}"#,
            r#"{"a":"\u0041"}"#,
            "{\"a\":\"\x01\"}",
            "\u{feff}{}",
            "[1 ,2]",
            r#"{"a" :1}"#,
            "[[[[[[[[[]]]]]]]]]",
            r#"{"a":1.}"#,
            r#"{"a":-}"#,
            r#"{"a":tru}"#,
            "{a:1}",
            r#"{"a"}"#,
        ] {
            assert_eq!(Value::parse(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(Value::parse(b"{\"a\":\"\xff\"}"), None);
        for text in ["{}", "[]", r#"{"a":[1,-2.5e+3,true,false,null,"x"]}"#, "[[[[[[[[]]]]]]]]"] {
            assert!(Value::parse(text.as_bytes()).is_some(), "{text:?}");
        }
    }
}
