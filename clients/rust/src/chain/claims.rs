use super::base64::decode_url_32;
use super::json::Value;
use super::words::{
    is_agent_id, is_audience, is_hex, is_issuer, is_reference, is_scope, parse_whole,
    MAXIMUM_AUDIENCES, MAXIMUM_SCOPES,
};
use super::{Bytes32, Refusal};

/// What a payload says, each claim in its form. Only the broker's signature makes it true. Claims
/// are found by name, in any order; unknown ones are passed over.
pub(super) struct Claims {
    pub(super) grant: String,
    pub(super) token_id: String,
    pub(super) issuer: String,
    pub(super) expires_at: u64,
    pub(super) is_online: bool,
    /// `None` in a token by reference.
    pub(super) authority: Option<Authority>,
}

/// What a token by reference leaves out.
pub(super) struct Authority {
    pub(super) subject: String,
    pub(super) audience: Vec<String>,
    pub(super) not_before: u64,
    pub(super) issued_at: u64,
    pub(super) scope: Vec<String>,
    pub(super) thumbprint: String,
    /// `None` where the token was not delegated.
    pub(super) delegation: Option<Delegation>,
}

/// Not looked into yet.
pub(super) struct Delegation {
    pub(super) root: String,
    pub(super) hops: Vec<String>,
    /// Lower-case hexadecimal.
    pub(super) last_hop_digest: String,
}

/// Of a token by reference none is there: a token that has lost a claim is not one.
const AUTHORITY: [&str; 9] =
    ["sub", "aud", "nbf", "iat", "scope", "cnf", "root", "delegation_chain", "chain_hash"];

impl Claims {
    pub(super) fn parse(payload: &[u8]) -> Result<Self, Refusal> {
        let json = Value::parse(payload)
            .filter(|json| matches!(json, Value::Object(_)))
            .ok_or(Refusal::PayloadMalformed)?;
        let grant = text(&json, "grant", is_reference)?;
        let token_id = text(&json, "jti", is_reference)?;
        let issuer = text(&json, "iss", is_issuer)?;
        let expires_at = whole(&json, "exp")?;
        let is_online = match json.member("online") {
            None => false,
            Some(Value::Boolean(true)) => true,
            Some(_) => return Err(Refusal::ClaimMalformed),
        };
        let states_authority = AUTHORITY.iter().any(|name| json.member(name).is_some());
        let authority = match is_online && !states_authority {
            true => None,
            false => Some(Authority::parse(&json)?),
        };
        Ok(Self { grant, token_id, issuer, expires_at, is_online, authority })
    }
}

impl Authority {
    fn parse(json: &Value) -> Result<Self, Refusal> {
        let subject = text(json, "sub", is_agent_id)?;
        let audience = match json.member("aud") {
            Some(_) => texts(json, "aud", MAXIMUM_AUDIENCES, is_audience)?,
            None => Vec::new(),
        };
        let not_before = whole(json, "nbf")?;
        let issued_at = whole(json, "iat")?;
        let scope = texts(json, "scope", MAXIMUM_SCOPES, is_scope)?;
        let thumbprint = claim(json, "cnf")?
            .member("jkt")
            .and_then(Value::text)
            .filter(|text| decode_url_32(text).is_some())
            .ok_or(Refusal::ClaimMalformed)?
            .to_owned();
        let delegation = Delegation::parse(json)?;
        Ok(Self { subject, audience, not_before, issued_at, scope, thumbprint, delegation })
    }
}

impl Delegation {
    fn parse(json: &Value) -> Result<Option<Self>, Refusal> {
        let names = ["root", "delegation_chain", "chain_hash"];
        if names.iter().all(|name| json.member(name).is_none()) {
            return Ok(None);
        }
        Ok(Some(Self {
            root: text(json, "root", |_| true)?,
            hops: texts(json, "delegation_chain", usize::MAX, |_| true)?,
            last_hop_digest: text(json, "chain_hash", |text| is_hex(text, 64))?,
        }))
    }
}

fn claim<'a, 'b>(json: &'b Value<'a>, name: &str) -> Result<&'b Value<'a>, Refusal> {
    json.member(name).ok_or(Refusal::ClaimMissing)
}

fn text(json: &Value, name: &str, has_form: fn(&str) -> bool) -> Result<String, Refusal> {
    let text = claim(json, name)?.text().filter(|text| has_form(text));
    text.map(str::to_owned).ok_or(Refusal::ClaimMalformed)
}

fn whole(json: &Value, name: &str) -> Result<u64, Refusal> {
    match claim(json, name)? {
        Value::Number(text) => parse_whole(text).ok_or(Refusal::ClaimMalformed),
        _ => Err(Refusal::ClaimMalformed),
    }
}

/// An array of one to `maximum` texts.
fn texts(
    json: &Value,
    name: &str,
    maximum: usize,
    has_form: fn(&str) -> bool,
) -> Result<Vec<String>, Refusal> {
    let texts = claim(json, name)?.texts().ok_or(Refusal::ClaimMalformed)?;
    let is_list = (1..=maximum).contains(&texts.len()) && texts.iter().all(|text| has_form(text));
    is_list.then(|| texts.into_iter().map(str::to_owned).collect()).ok_or(Refusal::ClaimMalformed)
}

/// A 32-byte digest is compared by its one text.
pub(super) fn is_digest(text: &str, digest: &Bytes32) -> bool {
    text == super::hex(digest)
}
