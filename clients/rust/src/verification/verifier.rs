use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use super::cache::{CachedToken, TokenCache};
use super::{VerificationError, VerifiedToken};
use crate::broker_keys::BrokerKeys;
use crate::chain::words::{covers_all, is_scope};
use crate::chain::{verify, Refusal, Times};
use crate::client::Client;
use crate::revocations::RevocationFollower;
use crate::sync::{locked, reading, writing};
use crate::time::UnixTime;
use crate::validation::ValidateOptions;

/// Not more often is the broker asked for its keys because a token names another one.
const KEY_INTERVAL: Duration = Duration::from_secs(10);
const DEFAULT_CACHE_CAPACITY: usize = 4_096;

/// How a verifier learns what has ended.
pub enum Revocations {
    /// It does not: every token is for the broker to judge.
    Unknown,
    /// From the stream of ends.
    Followed(Arc<RevocationFollower>),
    /// Ends before the expiry do not matter.
    Ignored,
}

/// What a verifier knows besides the keys, and how it judges.
pub struct VerifierOptions {
    /// How it learns what has ended.
    pub revocations: Revocations,
    /// Asked about tokens that only it can judge, where ends may have been missed, and for keys
    /// that are new. `None` refuses those tokens.
    pub broker: Option<Client>,
    /// That a token must name, where `verify` asks for no other.
    pub audience: Option<String>,
    /// How far the clocks may be apart, in whole seconds.
    pub leeway: Duration,
    /// For how long something may have been missed before nothing is accepted without asking.
    pub staleness: Duration,
    /// Ask the broker every time, for what is critical.
    pub ask_always: bool,
    /// Tokens that are remembered as verified.
    pub cache_capacity: usize,
}

impl Default for VerifierOptions {
    /// Knows of no end and no broker; 30 s of leeway and of staleness; 4,096 tokens.
    fn default() -> Self {
        Self {
            revocations: Revocations::Unknown,
            broker: None,
            audience: None,
            leeway: Duration::from_secs(30),
            staleness: Duration::from_secs(30),
            ask_always: false,
            cache_capacity: DEFAULT_CACHE_CAPACITY,
        }
    }
}

/// What a token must be good for.
#[derive(Clone, Debug, Default)]
pub struct Want {
    /// All of it must be covered.
    pub scope: Vec<String>,
    /// Must be named; `None` takes the verifier's.
    pub audience: Option<String>,
    /// Consume a use of a token whose uses are limited: the broker's client must speak for an app.
    pub consume_use: bool,
}

impl Want {
    /// These scopes.
    pub fn scope(scope: &[&str]) -> Self {
        let scope = scope.iter().map(|scope| (*scope).to_owned()).collect();
        Self { scope, ..Self::default() }
    }
}

/// Judges tokens where the resources are: without asking anyone, and yet it refuses a token that
/// was ended as soon as the broker's stream of ends says so. A token that comes again costs a
/// look-up. Any number of threads may use it.
pub struct Verifier {
    options: VerifierOptions,
    now: fn() -> UnixTime,
    known: RwLock<Arc<Known>>,
    keys_asked_at: Mutex<Option<Instant>>,
}

/// Keys, and the tokens that were verified with them.
struct Known {
    keys: BrokerKeys,
    cache: TokenCache,
}

type Verdict = Result<Arc<VerifiedToken>, VerificationError>;

impl Verifier {
    /// By the broker's keys.
    pub fn new(keys: BrokerKeys, options: VerifierOptions) -> Self {
        Self::with_clock(keys, options, UnixTime::now)
    }

    fn with_clock(keys: BrokerKeys, options: VerifierOptions, now: fn() -> UnixTime) -> Self {
        let cache = TokenCache::new(options.cache_capacity);
        let known = RwLock::new(Arc::new(Known { keys, cache }));
        Self { options, now, known, keys_asked_at: Mutex::default() }
    }

    /// Others take the place of the keys, and every token is verified anew.
    pub fn set_keys(&self, keys: BrokerKeys) {
        let cache = TokenCache::new(self.options.cache_capacity);
        *writing(&self.known) = Arc::new(Known { keys, cache });
    }

    /// Whether a token is good for what is asked; asks the broker where it has to.
    ///
    /// # Errors
    ///
    /// Why it is not.
    pub fn verify(&self, token: &str, want: &Want) -> Verdict {
        let mut verdict = self.verify_offline(token, want);
        let is_foreign = matches!(
            &verdict,
            Err(error) if error.code() == Refusal::ForeignHeader.code()
        );
        if is_foreign && self.refresh_keys() {
            verdict = self.verify_offline(token, want);
        }
        match (verdict, &self.options.broker) {
            (Err(VerificationError::BrokerRequired(verified)), Some(broker))
            | (Err(VerificationError::RevocationsStale(verified)), Some(broker)) => {
                self.ask(broker, verified, token, want)
            }
            (verdict, _) => verdict,
        }
    }

    /// As [`Verifier::verify`] without asking: what only the broker can say is refused with
    /// `BROKER_REQUIRED` or `REVOCATIONS_STALE`.
    ///
    /// # Errors
    ///
    /// Why it is not.
    pub fn verify_offline(&self, token: &str, want: &Want) -> Verdict {
        if !want.scope.iter().all(|scope| is_scope(scope)) {
            return Err(VerificationError::InvalidRequest);
        }
        let entry = self.verified(token, self.audience(want))?;
        let verified = &entry.verified;
        if !verified.is_reference() && !covers_all(verified.scope(), &want.scope) {
            return Err(VerificationError::ScopeViolation(Arc::clone(verified)));
        }
        self.check_life(&entry)?;
        Ok(Arc::clone(verified))
    }

    fn audience<'a>(&'a self, want: &'a Want) -> Option<&'a str> {
        want.audience.as_deref().or(self.options.audience.as_deref())
    }

    /// A token whose signatures, times and audience are good.
    fn verified(&self, token: &str, audience: Option<&str>) -> Result<Arc<CachedToken>, Refusal> {
        let times = Times { now: (self.now)().0, leeway: self.options.leeway.as_secs() };
        let known = Arc::clone(&reading(&self.known));
        if let Some(entry) = known.cache.get(token) {
            let verified = &entry.verified;
            verified.check_times(times)?;
            let is_for = |audience: &str| verified.audience().iter().any(|name| name == audience);
            if !verified.is_reference() && !audience.map_or(true, is_for) {
                return Err(Refusal::AudienceMismatch);
            }
            return Ok(entry);
        }
        let verified = verify(token, &known.keys.keys, &known.keys.issuer, audience, times)?;
        let entry = Arc::new(CachedToken::new(token, VerifiedToken::new(verified)));
        known.cache.add(Arc::clone(&entry));
        Ok(entry)
    }

    /// Whether it has ended since it was issued, as far as that is known.
    fn check_life(&self, entry: &CachedToken) -> Result<(), VerificationError> {
        let verified = &entry.verified;
        let is_known = match &self.options.revocations {
            Revocations::Unknown => false,
            Revocations::Ignored => true,
            Revocations::Followed(follower) => {
                let staleness = follower.staleness();
                if entry.is_revoked(follower.ended()) {
                    return Err(VerificationError::Revoked(Arc::clone(verified)));
                }
                staleness <= self.options.staleness && follower.ended().covers(verified)
            }
        };
        if self.options.ask_always || verified.is_online() {
            return Err(VerificationError::BrokerRequired(Arc::clone(verified)));
        }
        match is_known {
            true => Ok(()),
            false => Err(VerificationError::RevocationsStale(Arc::clone(verified))),
        }
    }

    /// Leaves the judgement to the broker.
    fn ask(
        &self,
        broker: &Client,
        verified: Arc<VerifiedToken>,
        token: &str,
        want: &Want,
    ) -> Verdict {
        let options = ValidateOptions {
            required_scope: want.scope.clone(),
            required_audience: self.audience(want).map(str::to_owned),
            consume_use: want.consume_use,
            omit_claims: !verified.is_reference(),
        };
        let answer =
            broker.validate(token, &options).map_err(VerificationError::BrokerUnreachable)?;
        match answer.is_valid {
            false => Err(VerificationError::TokenNotValid),
            true if verified.is_reference() => Ok(Arc::new(verified.with_claims(answer.claims))),
            true => Ok(verified),
        }
    }

    /// Whether there are other keys now.
    fn refresh_keys(&self) -> bool {
        let broker = match &self.options.broker {
            Some(broker) => broker,
            None => return false,
        };
        let mut asked_at = locked(&self.keys_asked_at);
        if asked_at.map_or(false, |time| time.elapsed() < KEY_INTERVAL) {
            return false;
        }
        *asked_at = Some(Instant::now());
        drop(asked_at);
        // Where they cannot be had the token is refused with what is known.
        broker.keys().map(|keys| self.set_keys(keys)).is_ok()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
