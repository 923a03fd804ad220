//! JSON of which every byte but the values is known beforehand: root statements and hops. What is
//! accepted is therefore the one text of its values.

use super::base64::decode_url_32;
use super::words::parse_whole;
use super::Bytes32;

pub(super) struct CanonicalReader<'a> {
    rest: &'a str,
}

impl<'a> CanonicalReader<'a> {
    pub(super) fn new(json: &'a [u8]) -> Option<Self> {
        std::str::from_utf8(json).ok().map(|rest| Self { rest })
    }

    pub(super) fn skip(&mut self, literal: &str) -> bool {
        let rest = self.rest.strip_prefix(literal);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    pub(super) fn expect(&mut self, literal: &str) -> Option<()> {
        self.skip(literal).then_some(())
    }

    /// Up to the next quote, which is skipped. No form accepts a quote or a backslash.
    pub(super) fn text(&mut self, has_form: fn(&str) -> bool) -> Option<String> {
        let (text, rest) = self.rest.split_once('"')?;
        self.rest = rest;
        has_form(text).then(|| text.to_owned())
    }

    /// An array of 1 to `maximum` texts behind its `["`.
    pub(super) fn texts(
        &mut self,
        maximum: usize,
        has_form: fn(&str) -> bool,
    ) -> Option<Vec<String>> {
        let mut texts = vec![self.text(has_form)?];
        while self.skip(",\"") {
            if texts.len() == maximum {
                return None;
            }
            texts.push(self.text(has_form)?);
        }
        self.expect("]")?;
        Some(texts)
    }

    pub(super) fn bytes32(&mut self) -> Option<Bytes32> {
        let (text, rest) = self.rest.split_once('"')?;
        self.rest = rest;
        decode_url_32(text)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let rest = self.rest.trim_start_matches(|character: char| character.is_ascii_digit());
        let digits = &self.rest[..self.rest.len() - rest.len()];
        self.rest = rest;
        parse_whole(digits)
    }

    /// Whether nothing is left.
    pub(super) fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }
}
