//! The words of PROTOCOL.md: alphabets and lengths, and which scope covers which.

const MAXIMUM_ISSUER: usize = 249;
const MAXIMUM_AUDIENCE: usize = 256;
pub(crate) const MAXIMUM_AUDIENCES: usize = 8;
const MAXIMUM_SCOPE: usize = 256;
pub(crate) const MAXIMUM_SCOPES: usize = 32;
const MAXIMUM_IDENTIFIER: usize = 128;
const MAXIMUM_TRUST_DOMAIN: usize = 255;

fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Printable ASCII without space, quote, backslash and comma.
fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b',')
}

fn is_made_of(text: &str, maximum: usize, is_allowed: fn(u8) -> bool) -> bool {
    (1..=maximum).contains(&text.len()) && text.bytes().all(is_allowed)
}

pub(crate) fn is_issuer(text: &str) -> bool {
    is_made_of(text, MAXIMUM_ISSUER, |byte| is_plain_byte(byte) || byte == b',')
}

pub(crate) fn is_audience(text: &str) -> bool {
    is_made_of(text, MAXIMUM_AUDIENCE, is_plain_byte)
}

fn is_identifier(text: &str) -> bool {
    is_made_of(text, MAXIMUM_IDENTIFIER, is_identifier_byte) && text != "." && text != ".."
}

/// `action:resource:identifier`.
pub(crate) fn is_scope(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let mut next =
        |is_allowed| parts.next().map_or(false, |part| is_made_of(part, MAXIMUM_SCOPE, is_allowed));
    text.len() <= MAXIMUM_SCOPE
        && next(is_identifier_byte)
        && next(is_identifier_byte)
        && next(is_plain_byte)
}

/// Whether holding one scope is enough for another; both are scopes.
pub(crate) fn covers(held: &str, wanted: &str) -> bool {
    if held == wanted {
        return true;
    }
    // The first two colons split a scope: an identifier may end in ":*" and is no star.
    match held.strip_suffix('*') {
        Some(family) if family.ends_with(':') && family.matches(':').count() == 2 => {
            wanted.starts_with(family)
        }
        _ => false,
    }
}

pub(crate) fn covers_all(held: &[String], wanted: &[String]) -> bool {
    wanted.iter().all(|wanted| held.iter().any(|held| covers(held, wanted)))
}

pub(crate) fn contains_all(list: &[String], wanted: &[String]) -> bool {
    wanted.iter().all(|text| list.contains(text))
}

pub(crate) fn is_hex(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The id of a grant or a token.
pub(crate) fn is_reference(text: &str) -> bool {
    is_hex(text, 32)
}

/// The parts of a SPIFFE ID that a verifier looks up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AgentId<'a> {
    pub(crate) orchestration: &'a str,
    pub(crate) task: &'a str,
}

impl<'a> AgentId<'a> {
    /// `spiffe://{trust domain}/agent/{orchestration}/{task}/{instance}`
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("spiffe://")?.split('/');
        let (trust_domain, kind) = (parts.next()?, parts.next()?);
        let (orchestration, task, instance) = (parts.next()?, parts.next()?, parts.next()?);
        let is_trust_domain = is_made_of(trust_domain, MAXIMUM_TRUST_DOMAIN, |byte| {
            is_identifier_byte(byte) && !byte.is_ascii_uppercase()
        });
        let is_agent = parts.next().is_none()
            && is_trust_domain
            && kind == "agent"
            && is_identifier(orchestration)
            && is_identifier(task)
            && is_hex(instance, 16);
        is_agent.then_some(Self { orchestration, task })
    }
}

pub(crate) fn is_agent_id(text: &str) -> bool {
    AgentId::parse(text).is_some()
}

/// A decimal number without sign or leading zero, so that a number has one text.
pub(crate) fn parse_whole(text: &str) -> Option<u64> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_one_text = text.len() == 1 || !text.starts_with('0');
    (is_digits && has_one_text).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_covers_its_family_and_nothing_else() {
        for (held, wanted, expected) in [
            ("read:data:x", "read:data:x", true),
            ("read:data:*", "read:data:x", true),
            ("read:data:*", "read:data:*", true),
            ("read:data:*", "read:data:x:y", true),
            ("read:data:x", "read:data:*", false),
            ("read:data:*", "write:data:x", false),
            ("read:data:x:*", "read:data:x:y", false),
            ("read:data:x*", "read:data:xy", false),
            ("read:data:X", "read:data:x", false),
        ] {
            assert_eq!(covers(held, wanted), expected, "{held} covers {wanted}");
        }
    }

    #[test]
    fn a_scope_has_three_parts_of_its_alphabet() {
        for text in ["a:b:c", "a:b:c:d", "a:b:*", "a.B_1:b-2:https://x"] {
            assert!(is_scope(text), "{text}");
        }
        let long = format!("a:b:{}", "c".repeat(253));
        for text in
            ["", "a", "a:b", "a:b:", ":b:c", "a::c", "a b:c:d", "a:b:c d", "a:b:\u{e9}", &long]
        {
            assert!(!is_scope(text), "{text}");
        }
    }

    #[test]
    fn a_number_has_one_text() {
        assert_eq!(parse_whole("18446744073709551615"), Some(u64::MAX));
        assert_eq!(parse_whole("0"), Some(0));
        for text in ["", "00", "01", "+1", "-1", "1.0", "1e3", " 1", "18446744073709551616"] {
            assert_eq!(parse_whole(text), None, "{text:?}");
        }
    }
}
