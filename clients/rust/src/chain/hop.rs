use ring::signature::{Ed25519KeyPair, UnparsedPublicKey, ED25519};

use super::base64::{decode_url, encode_url};
use super::canonical::CanonicalReader;
use super::words::{
    is_agent_id, is_audience, is_issuer, is_reference, is_scope, MAXIMUM_AUDIENCES, MAXIMUM_SCOPES,
};
use super::{hex, sha256, Bytes32};

/// Hops of a chain.
pub(crate) const MAXIMUM_HOPS: usize = 5;
const MAXIMUM_HOP: usize = 27_406;
const HEADER: &[u8] = br#"{"alg":"EdDSA","typ":"mayfly-hop+jwt"}"#;
pub(super) const SIGNATURE_BYTES: usize = 64;

/// One delegation, as its delegator signs it. Well formed and no more: whose authority it passes on
/// is for `verify` or the broker to find out.
#[derive(Clone)]
pub(crate) struct Hop {
    pub(crate) issuer: String,
    pub(crate) challenge: Bytes32,
    pub(crate) proof_sequence: u64,
    pub(crate) delegator: String,
    pub(crate) delegator_key: Bytes32,
    pub(crate) delegate: String,
    pub(crate) delegate_key: Bytes32,
    /// 1 to 32 scopes that the delegator holds, in its token's order.
    pub(crate) held: Vec<String>,
    /// 1 to 32 scopes that the delegate gets.
    pub(crate) scope: Vec<String>,
    /// 1 to 8; none takes the parent's.
    pub(crate) audience: Vec<String>,
    /// From 1.
    pub(crate) maximum_uses: Option<u32>,
    /// Seconds since the Unix epoch.
    pub(crate) issued_at: u64,
    pub(crate) expires_at: u64,
    /// The delegator's grant.
    pub(crate) parent: String,
    /// 1 to 5.
    pub(crate) depth: usize,
    /// SHA-256 of the hop before, or of the root's text.
    pub(crate) previous: Bytes32,
}

impl Hop {
    /// The compact JWS; the key is the one that the hop names as its delegator's.
    pub(crate) fn sign(&self, key: &Ed25519KeyPair) -> String {
        let signed = format!("{}.{}", encode_url(HEADER), encode_url(self.payload().as_bytes()));
        let signature = encode_url(key.sign(signed.as_bytes()).as_ref());
        format!("{signed}.{signature}")
    }

    fn payload(&self) -> String {
        let list = |texts: &[String]| format!("[\"{}\"]", texts.join("\",\""));
        let mut json = format!(
            r#"{{"iss":"{}","challenge":"{}","proof_seq":{},"#,
            self.issuer,
            encode_url(&self.challenge),
            self.proof_sequence,
        );
        json += &format!(
            r#""delegator":"{}","delegator_key":"{}","#,
            self.delegator,
            encode_url(&self.delegator_key),
        );
        json += &format!(
            r#""delegate":"{}","delegate_key":"{}","held":{},"scope":{}"#,
            self.delegate,
            encode_url(&self.delegate_key),
            list(&self.held),
            list(&self.scope),
        );
        if !self.audience.is_empty() {
            json += &format!(r#","aud":{}"#, list(&self.audience));
        }
        if let Some(uses) = self.maximum_uses {
            json += &format!(r#","max_uses":{uses}"#);
        }
        json += &format!(
            r#","iat":{},"exp":{},"parent":"{}","depth":{},"prev":"{}"}}"#,
            self.issued_at,
            self.expires_at,
            self.parent,
            self.depth,
            encode_url(&self.previous),
        );
        json
    }

    fn parse_payload(json: &[u8]) -> Option<Self> {
        let mut reader = CanonicalReader::new(json)?;
        reader.expect(r#"{"iss":""#)?;
        let issuer = reader.text(is_issuer)?;
        reader.expect(r#","challenge":""#)?;
        let challenge = reader.bytes32()?;
        reader.expect(r#","proof_seq":"#)?;
        let proof_sequence = reader.number()?;
        reader.expect(r#","delegator":""#)?;
        let delegator = reader.text(is_agent_id)?;
        reader.expect(r#","delegator_key":""#)?;
        let delegator_key = reader.bytes32()?;
        reader.expect(r#","delegate":""#)?;
        let delegate = reader.text(is_agent_id)?;
        reader.expect(r#","delegate_key":""#)?;
        let delegate_key = reader.bytes32()?;
        reader.expect(r#","held":[""#)?;
        let held = reader.texts(MAXIMUM_SCOPES, is_scope)?;
        reader.expect(r#","scope":[""#)?;
        let scope = reader.texts(MAXIMUM_SCOPES, is_scope)?;
        let audience = match reader.skip(r#","aud":[""#) {
            true => reader.texts(MAXIMUM_AUDIENCES, is_audience)?,
            false => Vec::new(),
        };
        let maximum_uses = match reader.skip(r#","max_uses":"#) {
            true => Some(u32::try_from(reader.number()?).ok().filter(|uses| *uses > 0)?),
            false => None,
        };
        reader.expect(r#","iat":"#)?;
        let issued_at = reader.number()?;
        reader.expect(r#","exp":"#)?;
        let expires_at = reader.number()?;
        reader.expect(r#","parent":""#)?;
        let parent = reader.text(is_reference)?;
        reader.expect(r#","depth":"#)?;
        let depth = usize::try_from(reader.number()?).ok()?;
        reader.expect(r#","prev":""#)?;
        let previous = reader.bytes32()?;
        reader.expect("}")?;
        reader.end()?;
        (1..=MAXIMUM_HOPS).contains(&depth).then_some(Self {
            issuer,
            challenge,
            proof_sequence,
            delegator,
            delegator_key,
            delegate,
            delegate_key,
            held,
            scope,
            audience,
            maximum_uses,
            issued_at,
            expires_at,
            parent,
            depth,
            previous,
        })
    }
}

/// A hop as it was read.
pub(super) struct SignedHop<'a> {
    pub(super) hop: Hop,
    pub(super) digest: Bytes32,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> SignedHop<'a> {
    /// `None` where the text is not the one text of any hop.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let signature = decode_url(signature)?;
        let is_hop = text.len() <= MAXIMUM_HOP
            && signature.len() == SIGNATURE_BYTES
            // Compared, never interpreted.
            && header == encode_url(HEADER);
        if !is_hop {
            return None;
        }
        let hop = Hop::parse_payload(&decode_url(payload)?)?;
        Some(Self { hop, digest: sha256(text.as_bytes()), signed, signature })
    }

    /// The grant that it makes: the first half of its digest.
    pub(super) fn grant(&self) -> String {
        hex(&self.digest[..16])
    }

    /// Whether the key that it names as its delegator's signed it.
    pub(super) fn is_signed(&self) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.hop.delegator_key)
            .verify(self.signed.as_bytes(), &self.signature)
            .is_ok()
    }
}
