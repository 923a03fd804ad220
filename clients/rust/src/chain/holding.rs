use super::base64::decode_url;
use super::claims::Claims;
use super::json::Value;
use super::{sha256, Bytes32};

/// What a token says its agent holds, as far as a hop from it needs it. Nothing is verified: what
/// is wrong in it the broker refuses.
pub(crate) struct Holding {
    pub(crate) agent: String,
    pub(crate) grant: String,
    pub(crate) scope: Vec<String>,
    pub(crate) expires_at: u64,
    /// Hops from the root.
    pub(crate) depth: usize,
    /// SHA-256 of the last hop; `None` in an agent's own grant.
    pub(crate) previous: Option<Bytes32>,
}

impl Holding {
    /// `None` where the payload lacks something, as that of a token by reference does.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        let claims = Claims::parse(payload).ok()?;
        let authority = claims.authority?;
        let hops = authority.delegation.map_or(Vec::new(), |delegation| delegation.hops);
        Some(Self {
            agent: authority.subject,
            grant: claims.grant,
            scope: authority.scope,
            expires_at: claims.expires_at,
            depth: hops.len(),
            previous: hops.last().map(|hop| sha256(hop.as_bytes())),
        })
    }
}

/// A token's payload, of which nothing is verified.
pub(crate) fn payload_of(token: &str) -> Option<Vec<u8>> {
    let (_, rest) = token.split_once('.')?;
    decode_url(rest.split_once('.')?.0)
}

/// The grant that a token says it states; empty where it names none.
pub(crate) fn grant_of(token: &str) -> String {
    let payload = payload_of(token).unwrap_or_default();
    let json = Value::parse(&payload);
    let grant = json.as_ref().and_then(|json| json.member("grant")?.text());
    grant.unwrap_or_default().to_owned()
}
