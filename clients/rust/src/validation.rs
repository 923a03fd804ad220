use crate::client::{Client, Repetition};
use crate::error::{violation, Result};
use crate::generated::agents::{ReleaseBatchRequest, ReleaseBatchResponse};
use crate::generated::agents::{ReleaseRequest, ReleaseResponse};
use crate::generated::agents::{ValidateBatchRequest, ValidateBatchResponse};
use crate::generated::agents::{ValidateRequest, ValidateResponse};
use crate::link::{Method, AGENTS};
use crate::time::UnixTime;

/// What a token must be good for.
#[derive(Clone, Debug, Default)]
pub struct ValidateOptions {
    /// All of it must be covered.
    pub required_scope: Vec<String>,
    /// Must be among the token's.
    pub required_audience: Option<String>,
    /// Consume one use, durably: for clients that speak for an app.
    pub consume_use: bool,
    /// Leave out the claims, for callers that read them from the token.
    pub omit_claims: bool,
}

impl ValidateOptions {
    fn request(&self, token: &str) -> ValidateRequest {
        let mut request = ValidateRequest::new();
        request.set_token(token.to_owned());
        request.set_omit_claims(self.omit_claims);
        request.set_required_scope(self.required_scope.clone().into());
        request.set_required_audience(self.required_audience.clone().unwrap_or_default());
        request.set_consume_use(self.consume_use);
        request
    }

    /// A use that was consumed is not consumed again unasked.
    fn repetition(&self) -> Repetition {
        match self.consume_use {
            true => Repetition::Forbidden,
            false => Repetition::Allowed,
        }
    }
}

/// The broker's answer. Why a token is not valid only its audit says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// At this moment, and good for what was asked.
    pub is_valid: bool,
    /// JSON exactly as signed, of a token by reference what it refers to; empty where not valid or
    /// omitted.
    pub claims: Vec<u8>,
    /// 0 where not valid.
    pub expires_at: UnixTime,
    /// What is left of a limited number of uses, where one was consumed.
    pub uses_left: u32,
}

impl Validation {
    fn read(answer: ValidateResponse) -> Self {
        match answer.valid {
            false => Self::default(),
            true => Self {
                is_valid: true,
                claims: answer.claims,
                expires_at: UnixTime(answer.expires_at),
                uses_left: answer.uses_left,
            },
        }
    }
}

impl Client {
    /// Asks the broker whether a token is valid at this moment and good for what is asked. A token
    /// that is not is no error. Needs no app, unless a use is consumed.
    pub fn validate(&self, token: &str, options: &ValidateOptions) -> Result<Validation> {
        let method = Method(AGENTS, "Validate");
        self.call(method, options.repetition(), &options.request(token)).map(Validation::read)
    }

    /// Asks about 1 to 1,024 tokens in one call, each judged alone, in their order.
    pub fn validate_batch(
        &self,
        tokens: &[&str],
        options: &ValidateOptions,
    ) -> Result<Vec<Validation>> {
        let mut request = ValidateBatchRequest::new();
        request.items = tokens.iter().map(|token| options.request(token)).collect();
        let method = Method(AGENTS, "ValidateBatch");
        let answer: ValidateBatchResponse = self.call(method, options.repetition(), &request)?;
        if answer.get_items().len() != tokens.len() {
            return Err(violation("the answer judges another number of tokens"));
        }
        Ok(answer.items.into_iter().map(Validation::read).collect())
    }

    /// Ends the grant of a token and all that hangs on it, for whoever presents it; false where it
    /// was not live.
    pub fn release(&self, token: &str) -> Result<bool> {
        self.release_target(&release_of(token))
    }

    /// Ends a grant of the client's own app by its id; false where it was not live, or is another
    /// app's.
    pub fn release_grant(&self, grant_id: &str) -> Result<bool> {
        let mut request = ReleaseRequest::new();
        request.set_grant_id(grant_id.to_owned());
        self.release_target(&request)
    }

    /// Ends the grants of 1 to 1,024 tokens in one call, each judged alone, in their order.
    pub fn release_batch(&self, tokens: &[&str]) -> Result<Vec<bool>> {
        let mut request = ReleaseBatchRequest::new();
        request.items = tokens.iter().map(|token| release_of(token)).collect();
        let answer: ReleaseBatchResponse =
            self.call(Method(AGENTS, "ReleaseBatch"), Repetition::Allowed, &request)?;
        if answer.get_ended().len() != tokens.len() {
            return Err(violation("the answer names another number of tokens"));
        }
        Ok(answer.ended)
    }

    fn release_target(&self, request: &ReleaseRequest) -> Result<bool> {
        let answer: ReleaseResponse =
            self.call(Method(AGENTS, "Release"), Repetition::Allowed, request)?;
        Ok(answer.get_ended())
    }
}

fn release_of(token: &str) -> ReleaseRequest {
    let mut request = ReleaseRequest::new();
    request.set_token(token.to_owned());
    request
}
