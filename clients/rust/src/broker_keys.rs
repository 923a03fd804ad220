use serde_json::Value;

use crate::chain::base64::decode_url_32;
use crate::chain::words::is_issuer;
use crate::chain::Key;
use crate::error::{invalid, violation, Result};
use crate::generated::trust::{GetKeysResponse, KeyUse};

/// The issuer and the public keys that its tokens are signed with.
#[derive(Clone, Debug)]
pub struct BrokerKeys {
    pub(crate) issuer: String,
    pub(crate) keys: Vec<Key>,
}

impl BrokerKeys {
    pub(crate) fn read(answer: &GetKeysResponse) -> Result<Self> {
        let keys = answer
            .get_keys()
            .iter()
            .filter(|key| key.get_field_use() == KeyUse::KEY_USE_TOKEN)
            .map(|key| key.get_public_key().try_into().map(Key::new))
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| violation("a key is 32 bytes"))?;
        Ok(Self { issuer: answer.get_issuer().to_owned(), keys })
    }

    /// Reads what `mayfly keys --json` wrote, or a JWKS (RFC 7517). A JWKS names no issuer: the
    /// caller does; of the other an issuer that is given takes the place of its own.
    ///
    /// # Errors
    ///
    /// `InvalidRequest`.
    pub fn from_json(text: &str, issuer: Option<&str>) -> Result<Self> {
        let file: Value =
            serde_json::from_str(text).map_err(|_| invalid("the keys are not JSON"))?;
        let issuer = issuer.or_else(|| file["issuer"].as_str()).unwrap_or_default().to_owned();
        if !is_issuer(&issuer) {
            return Err(invalid("the keys name no issuer"));
        }
        let listed = file["keys"].as_array().ok_or_else(|| invalid("there is no list of keys"))?;
        let keys = listed.iter().filter_map(encoded_key).map(|encoded| {
            let public = encoded.and_then(decode_url_32);
            public.map(Key::new).ok_or_else(|| invalid("a key is 32 bytes in base64url"))
        });
        Ok(Self { issuer, keys: keys.collect::<Result<_>>()? })
    }

    /// The `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The `kid`s of the keys (RFC 7638, base64url).
    pub fn key_ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }
}

/// The text of a key that signs tokens; `None` where it does something else.
fn encoded_key(key: &Value) -> Option<Option<&str>> {
    let is_jwk = key["kty"] == "OKP"
        && key["crv"] == "Ed25519"
        && matches!(key["use"].as_str(), None | Some("sig"));
    match is_jwk {
        true => Some(key["x"].as_str()),
        false if key["kty"].is_null() && key["use"] == "token" => Some(key["public_key"].as_str()),
        false => None,
    }
}
