use super::base64::decode_url;
use super::canonical::CanonicalReader;
use super::words::{
    is_agent_id, is_audience, is_reference, is_scope, MAXIMUM_AUDIENCES, MAXIMUM_SCOPES,
};
use super::Bytes32;

/// What a chain begins with: an agent's own grant.
pub(super) struct RootStatement {
    pub(super) agent: String,
    pub(super) key: Bytes32,
    pub(super) scope: Vec<String>,
    pub(super) audience: Vec<String>,
    pub(super) not_after: u64,
    pub(super) grant: String,
}

impl RootStatement {
    /// `None` where the text is not the one text of any statement.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let json = decode_url(text)?;
        let mut reader = CanonicalReader::new(&json)?;
        reader.expect(r#"{"agent":""#)?;
        let agent = reader.text(is_agent_id)?;
        reader.expect(r#","key":""#)?;
        let key = reader.bytes32()?;
        reader.expect(r#","scope":[""#)?;
        let scope = reader.texts(MAXIMUM_SCOPES, is_scope)?;
        let audience = match reader.skip(r#","aud":[""#) {
            true => reader.texts(MAXIMUM_AUDIENCES, is_audience)?,
            false => Vec::new(),
        };
        reader.expect(r#","not_after":"#)?;
        let not_after = reader.number()?;
        reader.expect(r#","grant":""#)?;
        let grant = reader.text(is_reference)?;
        reader.expect("}")?;
        reader.end()?;
        Some(Self { agent, key, scope, audience, not_after, grant })
    }
}
