use std::fmt;

use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use crate::chain::{base64, hop::Hop, Bytes32};
use crate::error::{invalid, Result};

const SEED_BYTES: usize = 32;
/// SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING { seed } } }
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
const FIRST_LINE: &str = "-----BEGIN PRIVATE KEY-----";
const LAST_LINE: &str = "-----END PRIVATE KEY-----";

/// An Ed25519 key pair: an agent's, or one that attests an app's batches. Printing it shows its
/// public half only.
pub struct KeyPair {
    pair: Ed25519KeyPair,
    seed: [u8; SEED_BYTES],
    public: Bytes32,
}

impl KeyPair {
    /// A fresh one.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` where the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let mut seed = [0; SEED_BYTES];
        SystemRandom::new().fill(&mut seed).map_err(|_| invalid("no key can be made"))?;
        Self::from_seed(seed)
    }

    /// The one of a secret key of 32 bytes (RFC 8032).
    ///
    /// # Errors
    ///
    /// `InvalidRequest`.
    pub fn from_seed(seed: [u8; SEED_BYTES]) -> Result<Self> {
        let pair =
            Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| invalid("this is no key"))?;
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Ok(Self { pair, seed, public })
    }

    /// The one of an unencrypted PKCS #8 text (RFC 8410), as `mayfly key new` and OpenSSL write it.
    ///
    /// # Errors
    ///
    /// `InvalidRequest` where it is not such a text.
    pub fn from_pem(pem: &str) -> Result<Self> {
        let body = pem
            .trim()
            .strip_prefix(FIRST_LINE)
            .and_then(|rest| rest.strip_suffix(LAST_LINE))
            .and_then(|text| base64::decode_padded(text.trim()));
        let seed = body
            .as_deref()
            .and_then(|key| key.strip_prefix(&PKCS8_PREFIX))
            .and_then(|seed| seed.try_into().ok());
        Self::from_seed(seed.ok_or_else(|| invalid("this is not an Ed25519 key in PEM (PKCS #8)"))?)
    }

    /// The PKCS #8 text of it, in PEM: whoever has it is the agent.
    pub fn to_pem(&self) -> String {
        let key = [&PKCS8_PREFIX[..], &self.seed].concat();
        format!("{FIRST_LINE}\n{}\n{LAST_LINE}\n", base64::encode_padded(&key))
    }

    /// 32 bytes.
    pub fn public_key(&self) -> [u8; 32] {
        self.public
    }

    /// The signature over a message, 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    pub(crate) fn sign_hop(&self, hop: &Hop) -> String {
        hop.sign(&self.pair)
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("KeyPair").field(&base64::encode_url(&self.public)).finish()
    }
}
