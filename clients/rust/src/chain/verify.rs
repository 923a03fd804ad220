use ring::signature::{UnparsedPublicKey, ED25519};

use super::base64::{decode_url, encode_url};
use super::claims::Claims;
use super::hop::{MAXIMUM_HOPS, SIGNATURE_BYTES};
use super::walk::Walk;
use super::{sha256, Bytes32, Refusal};

/// The longest token there is, in characters.
const MAXIMUM_TOKEN: usize = 16 * 1024;

/// A token whose signature and whole lineage were verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verified {
    pub(crate) grant: String,
    pub(crate) token_id: String,
    pub(crate) issuer: String,
    pub(crate) key_id: String,
    pub(crate) expires_at: u64,
    /// Worth nothing until the broker has been asked.
    pub(crate) is_online: bool,
    /// What is below is empty in a token by reference.
    pub(crate) is_reference: bool,
    pub(crate) subject: String,
    pub(crate) scope: Vec<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) not_before: u64,
    pub(crate) issued_at: u64,
    pub(crate) key_thumbprint: String,
    /// Agents and their grants, from the root to the subject.
    pub(crate) lineage: Vec<(String, String)>,
    /// JSON, exactly as signed.
    pub(crate) payload: Vec<u8>,
}

/// One that the broker signs tokens with.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// RFC 7638, base64url.
    pub(crate) id: String,
    public: Bytes32,
    /// Compared, never interpreted, so that no token chooses an algorithm or a key.
    header: String,
}

impl Key {
    pub(crate) fn new(public: Bytes32) -> Self {
        let id = thumbprint(&public);
        let header =
            encode_url(format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{id}"}}"#).as_bytes());
        Self { id, public, header }
    }
}

/// A key's RFC 7638 thumbprint in base64url.
pub(crate) fn thumbprint(public: &Bytes32) -> String {
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode_url(public));
    encode_url(&sha256(jwk.as_bytes()))
}

/// Seconds since the Unix epoch, and seconds of leeway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) now: u64,
    pub(crate) leeway: u64,
}

/// Times that no clock reaches are no overflow.
pub(crate) fn check_times(
    times: Times,
    not_before: u64,
    issued_at: u64,
    expires_at: u64,
) -> Result<(), Refusal> {
    if expires_at.saturating_add(times.leeway) <= times.now {
        return Err(Refusal::Expired);
    }
    if not_before.max(issued_at) > times.now.saturating_add(times.leeway) {
        return Err(Refusal::NotYetValid);
    }
    Ok(())
}

/// Checks a token and the whole lineage in it.
pub(crate) fn verify(
    token: &str,
    keys: &[Key],
    issuer: &str,
    audience: Option<&str>,
    times: Times,
) -> Result<Verified, Refusal> {
    let (key, payload) = verify_signature(token, keys)?;
    let claims = Claims::parse(&payload)?;
    if claims.issuer != issuer {
        return Err(Refusal::IssuerMismatch);
    }
    let mut verified = Verified {
        grant: claims.grant.clone(),
        token_id: claims.token_id.clone(),
        issuer: claims.issuer.clone(),
        key_id: key.id.clone(),
        expires_at: claims.expires_at,
        is_online: claims.is_online,
        is_reference: claims.authority.is_none(),
        payload,
        ..Verified::default()
    };
    if let Some(authority) = &claims.authority {
        verified.subject = authority.subject.clone();
        verified.scope = authority.scope.clone();
        verified.audience = authority.audience.clone();
        verified.not_before = authority.not_before;
        verified.issued_at = authority.issued_at;
        verified.key_thumbprint = authority.thumbprint.clone();
    }
    check_times(times, verified.not_before, verified.issued_at, verified.expires_at)?;
    if verified.is_reference {
        return Ok(verified);
    }
    if let Some(audience) = audience {
        if !verified.audience.iter().any(|named| named == audience) {
            return Err(Refusal::AudienceMismatch);
        }
    }
    follow(&mut verified, &claims)?;
    Ok(verified)
}

fn verify_signature<'a>(token: &str, keys: &'a [Key]) -> Result<(&'a Key, Vec<u8>), Refusal> {
    let parts: Vec<&str> = token.splitn(4, '.').collect();
    let (header, payload, signature) = match parts[..] {
        [header, payload, signature] if token.len() <= MAXIMUM_TOKEN => {
            (header, payload, signature)
        }
        _ => return Err(Refusal::Malformed),
    };
    let decode =
        |part: &str| decode_url(part).filter(|bytes| !bytes.is_empty()).ok_or(Refusal::Malformed);
    decode(header)?;
    let decoded = decode(payload)?;
    let signature = decode(signature)?;
    if signature.len() != SIGNATURE_BYTES {
        return Err(Refusal::Malformed);
    }
    let key = keys.iter().find(|key| key.header == header).ok_or(Refusal::ForeignHeader)?;
    let signed = &token[..header.len() + 1 + payload.len()];
    UnparsedPublicKey::new(&ED25519, &key.public)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| Refusal::SignatureInvalid)?;
    Ok((key, decoded))
}

/// Walks the delegations of a token whose broker's signature is good.
fn follow(verified: &mut Verified, claims: &Claims) -> Result<(), Refusal> {
    let delegated = claims
        .authority
        .as_ref()
        .and_then(|authority| Some((authority, authority.delegation.as_ref()?)));
    if let Some((authority, delegation)) = delegated {
        if delegation.hops.len() > MAXIMUM_HOPS {
            return Err(Refusal::DepthExceeded);
        }
        let mut walk = Walk::new(&delegation.root, &claims.issuer)?;
        for hop in &delegation.hops {
            verified.lineage.push((walk.agent.clone(), walk.grant.clone()));
            walk.follow(hop)?;
        }
        walk.check(claims, authority, &delegation.last_hop_digest)?;
        // Only the broker can count uses, whether or not the token says so.
        verified.is_online |= walk.maximum_uses.is_some();
    }
    verified.lineage.push((verified.subject.clone(), verified.grant.clone()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::base64::decode_url_32;
    use super::*;

    fn texts(list: &Value) -> Vec<String> {
        list.as_array().map_or(Vec::new(), |list| list.iter().map(text).collect())
    }

    fn text(value: &Value) -> String {
        value.as_str().unwrap_or_default().to_owned()
    }

    #[test]
    fn every_chain_vector_is_judged_as_it_says() {
        let file = std::fs::read("../../proto/vectors/chains.json").unwrap();
        let file: Value = serde_json::from_slice(&file).unwrap();
        let keys: Vec<Key> = file["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| Key::new(decode_url_32(key["x"].as_str().unwrap()).unwrap()))
            .collect();
        assert_eq!(keys[0].id, text(&file["keys"][0]["kid"]));
        let times =
            Times { now: file["now"].as_u64().unwrap(), leeway: file["leeway"].as_u64().unwrap() };
        let cases = file["cases"].as_array().unwrap();
        assert!(cases.len() > 100);
        for case in cases {
            let token = case["token"].as_str().unwrap();
            let issuer = file["issuer"].as_str().unwrap();
            let judged = verify(token, &keys, issuer, case["audience"].as_str(), times);
            let name = &case["name"];
            let want = &case["verified"];
            let token = match judged {
                Err(refusal) => {
                    assert_eq!(refusal.code(), text(&case["refusal"]), "{name}");
                    continue;
                }
                Ok(token) => token,
            };
            assert!(want.is_object(), "{name} was verified");
            assert_eq!(token.grant, text(&want["grant"]), "{name}");
            assert_eq!(token.token_id, text(&want["jti"]), "{name}");
            assert_eq!(Some(token.expires_at), want["expires_at"].as_u64(), "{name}");
            assert_eq!(Some(token.is_online), want["online"].as_bool(), "{name}");
            assert_eq!(Some(token.is_reference), want["by_reference"].as_bool(), "{name}");
            assert_eq!(token.subject, text(&want["subject"]), "{name}");
            assert_eq!(token.scope, texts(&want["scope"]), "{name}");
            assert_eq!(token.audience, texts(&want["audience"]), "{name}");
            assert_eq!(token.key_thumbprint, text(&want["jkt"]), "{name}");
            let lineage: Vec<(String, String)> =
                want["lineage"].as_array().map_or(Vec::new(), |links| {
                    links.iter().map(|link| (text(&link["agent"]), text(&link["grant"]))).collect()
                });
            assert_eq!(token.lineage, lineage, "{name}");
        }
    }

    #[test]
    fn no_change_of_one_character_is_verified() {
        let file = std::fs::read("../../proto/vectors/chains.json").unwrap();
        let file: Value = serde_json::from_slice(&file).unwrap();
        let key = Key::new(decode_url_32(file["keys"][0]["x"].as_str().unwrap()).unwrap());
        let token = file["cases"][0]["token"].as_str().unwrap();
        let times = Times { now: file["now"].as_u64().unwrap(), leeway: 5 };
        let issuer = file["issuer"].as_str().unwrap();
        for place in 0..token.len() {
            let other = if &token[place..=place] == "A" { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..place], &token[place + 1..]);
            let judged = verify(&changed, std::slice::from_ref(&key), issuer, None, times);
            assert!(judged.is_err(), "changed at {place}");
        }
    }
}
