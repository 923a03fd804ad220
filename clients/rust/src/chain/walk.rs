use super::claims::{is_digest, Authority, Claims};
use super::hop::SignedHop;
use super::root::RootStatement;
use super::verify::thumbprint;
use super::words::{contains_all, covers_all};
use super::{sha256, Bytes32, Refusal};

/// What the last agent of a chain holds, on the way from the root to the end: each hop that is
/// followed takes the place of what it was made from.
pub(super) struct Walk<'a> {
    issuer: &'a str,
    pub(super) agent: String,
    key: Bytes32,
    pub(super) grant: String,
    scope: Vec<String>,
    /// None where no audience was named: then no hop can name one.
    audience: Vec<String>,
    pub(super) maximum_uses: Option<u32>,
    expires_at: u64,
    /// Of the root's text, or of the last hop.
    digest: Bytes32,
    depth: usize,
}

impl<'a> Walk<'a> {
    /// At the root, which is the broker's word: nothing in it needs to be proven.
    pub(super) fn new(root: &str, issuer: &'a str) -> Result<Self, Refusal> {
        let digest = sha256(root.as_bytes());
        let root = RootStatement::parse(root).ok_or(Refusal::RootMalformed)?;
        Ok(Self {
            issuer,
            agent: root.agent,
            key: root.key,
            grant: root.grant,
            scope: root.scope,
            audience: root.audience,
            maximum_uses: None,
            expires_at: root.not_after,
            digest,
            depth: 0,
        })
    }

    /// Goes on to the delegate of a hop, where the hop follows from what is held here.
    pub(super) fn follow(&mut self, text: &str) -> Result<(), Refusal> {
        let signed = SignedHop::parse(text).ok_or(Refusal::HopMalformed)?;
        let hop = &signed.hop;
        if hop.depth != self.depth + 1 || hop.previous != self.digest {
            return Err(Refusal::HopOrder);
        }
        if hop.issuer != self.issuer {
            return Err(Refusal::IssuerMismatch);
        }
        if hop.delegator != self.agent || hop.delegator_key != self.key {
            return Err(Refusal::DelegatorMismatch);
        }
        if !signed.is_signed() {
            return Err(Refusal::HopSignatureInvalid);
        }
        if hop.parent != self.grant {
            return Err(Refusal::ParentMismatch);
        }
        // Not equal: a renewal may have narrowed what the delegator held when it delegated.
        if !covers_all(&self.scope, &hop.held) {
            return Err(Refusal::HeldWidened);
        }
        if !covers_all(&hop.held, &hop.scope) {
            return Err(Refusal::ScopeWidened);
        }
        if !contains_all(&self.audience, &hop.audience) {
            return Err(Refusal::AudienceWidened);
        }
        let keeps_uses = match (self.maximum_uses, hop.maximum_uses) {
            (None, _) => true,
            (Some(before), Some(uses)) => uses <= before,
            (Some(_), None) => false,
        };
        if !keeps_uses {
            return Err(Refusal::UsesWidened);
        }
        if hop.expires_at > self.expires_at {
            return Err(Refusal::ExpiryWidened);
        }
        self.grant = signed.grant();
        self.digest = signed.digest;
        let hop = signed.hop;
        self.agent = hop.delegate;
        self.key = hop.delegate_key;
        self.scope = hop.scope;
        if !hop.audience.is_empty() {
            self.audience = hop.audience;
        }
        self.maximum_uses = hop.maximum_uses;
        self.expires_at = hop.expires_at;
        self.depth = hop.depth;
        Ok(())
    }

    /// Compares the token with the last hop: it states what that gave, or less of it.
    pub(super) fn check(
        &self,
        claims: &Claims,
        authority: &Authority,
        last_hop_digest: &str,
    ) -> Result<(), Refusal> {
        if !is_digest(last_hop_digest, &self.digest) {
            return Err(Refusal::ChainHashMismatch);
        }
        if claims.grant != self.grant {
            return Err(Refusal::GrantMismatch);
        }
        if authority.subject != self.agent {
            return Err(Refusal::SubjectMismatch);
        }
        if authority.thumbprint != thumbprint(&self.key) {
            return Err(Refusal::KeyMismatch);
        }
        if !covers_all(&self.scope, &authority.scope) {
            return Err(Refusal::ScopeWidened);
        }
        // A token without an audience would be for whoever does not ask.
        let has_lost_audience = authority.audience.is_empty() && !self.audience.is_empty();
        if has_lost_audience || !contains_all(&self.audience, &authority.audience) {
            return Err(Refusal::AudienceWidened);
        }
        if claims.expires_at > self.expires_at {
            return Err(Refusal::ExpiryWidened);
        }
        Ok(())
    }
}
