use std::collections::HashMap;
use std::thread;

use serde_json::Value;

use super::*;
use crate::revocations::{FollowOptions, RevocationBatch, RevocationDigest, RevocationLevel};
use crate::verification::{verify_chain, ChainOptions};

/// A clock, and what is said by it.
type Clock = (fn() -> UnixTime, &'static str);

const NOW: u64 = 1_790_000_000;
const DEPTH_0: &str = "a chain of depth 0";
const DEPTH_3: &str = "a chain of depth 3";
const WITH_AUDIENCE: &str = "depth 1, for an audience that it names";

fn vectors() -> (BrokerKeys, HashMap<String, String>) {
    let file = std::fs::read("../../proto/vectors/chains.json").unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let keys = file["keys"].as_array().unwrap().iter();
    let keys: Vec<String> = keys
        .map(|key| format!(r#"{{"kty":"OKP","crv":"Ed25519","use":"sig","x":{}}}"#, key["x"]))
        .collect();
    let jwks = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    let keys = BrokerKeys::from_json(&jwks, file["issuer"].as_str()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cases = file["cases"].as_array().unwrap().iter();
    let tokens = cases.map(|case| (text(&case["name"]), text(&case["token"]))).collect();
    assert_eq!(file["now"], NOW);
    (keys, tokens)
}

fn verifier(keys: &BrokerKeys, options: VerifierOptions) -> Verifier {
    Verifier::with_clock(keys.clone(), options, || UnixTime(NOW))
}

fn follower(options: FollowOptions) -> Arc<RevocationFollower> {
    Arc::new(RevocationFollower::without_broker(&options, Some(Instant::now())))
}

fn following(follower: &Arc<RevocationFollower>) -> VerifierOptions {
    let revocations = Revocations::Followed(Arc::clone(follower));
    VerifierOptions { revocations, ..VerifierOptions::default() }
}

fn code(verdict: &Verdict) -> &'static str {
    verdict.as_ref().map_or_else(|error| error.code(), |_| "")
}

fn end(digest: RevocationDigest) -> RevocationBatch {
    RevocationBatch { digests: vec![digest], ..RevocationBatch::default() }
}

#[test]
fn a_token_is_accepted_until_something_it_hangs_on_ends() {
    let (keys, tokens) = vectors();
    let token = &tokens[DEPTH_3];
    let options = ChainOptions { now: Some(UnixTime(NOW)), ..ChainOptions::default() };
    let verified = verify_chain(token, &keys, &options).unwrap();
    let digest = RevocationDigest::new;
    let mut ends = vec![
        digest(RevocationLevel::Token, verified.token_id()),
        digest(RevocationLevel::Chain, &verified.lineage()[0].grant_id),
    ];
    for link in verified.lineage() {
        ends.push(digest(RevocationLevel::Grant, &link.grant_id));
        ends.push(digest(RevocationLevel::Agent, &link.agent_id));
        ends.push(digest(RevocationLevel::Task, &link.task));
        let task = format!("{}/{}", link.orchestration, link.task);
        ends.push(digest(RevocationLevel::Task, &task));
    }
    assert_eq!(ends.len(), 2 + 4 * 4);
    for digest_of_end in ends {
        let follower = follower(FollowOptions::default());
        let verifier = verifier(&keys, following(&follower));
        for _ in 0..2 {
            assert_eq!(code(&verifier.verify_offline(token, &Want::default())), "");
        }
        follower.ended().insert(&end(digest(RevocationLevel::Token, "another")));
        assert_eq!(code(&verifier.verify_offline(token, &Want::default())), "");
        follower.ended().insert(&end(digest_of_end));
        for _ in 0..2 {
            assert_eq!(code(&verifier.verify_offline(token, &Want::default())), "REVOKED");
        }
    }
}

#[test]
fn a_token_of_an_earlier_boot_is_dead() {
    let (keys, tokens) = vectors();
    let follower = follower(FollowOptions::default());
    let verifier = verifier(&keys, following(&follower));
    assert_eq!(code(&verifier.verify_offline(&tokens[DEPTH_0], &Want::default())), "");
    let first_issue_at = UnixTime(NOW + 1);
    follower.ended().insert(&RevocationBatch { first_issue_at, ..RevocationBatch::default() });
    assert_eq!(code(&verifier.verify_offline(&tokens[DEPTH_0], &Want::default())), "REVOKED");
}

#[test]
fn nothing_is_accepted_without_asking_where_ends_may_have_been_missed() {
    let (keys, tokens) = vectors();
    let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds));
    let none = FollowOptions::default;
    let behind = Arc::new(RevocationFollower::without_broker(&none(), ago(31)));
    let never = Arc::new(RevocationFollower::without_broker(&none(), None));
    let retention = Some(Duration::from_secs(1));
    let short = follower(FollowOptions { retention, ..none() });
    let minute = Duration::from_secs(60);
    let ignored = VerifierOptions { revocations: Revocations::Ignored, ..Default::default() };
    let always = VerifierOptions { ask_always: true, ..following(&follower(none())) };
    for (name, options, expected) in [
        ("without revocations", VerifierOptions::default(), "REVOCATIONS_STALE"),
        ("that do not matter", ignored, ""),
        ("silent for 31 s", following(&behind), "REVOCATIONS_STALE"),
        ("which is allowed", VerifierOptions { staleness: minute, ..following(&behind) }, ""),
        ("never caught up", following(&never), "REVOCATIONS_STALE"),
        ("forgets before it ends", following(&short), "REVOCATIONS_STALE"),
        ("asks always", always, "BROKER_REQUIRED"),
    ] {
        let verdict = verifier(&keys, options).verify(&tokens[DEPTH_0], &Want::default());
        assert_eq!(code(&verdict), expected, "{name}");
    }
}

#[test]
fn a_token_that_comes_again_is_still_judged() {
    let (keys, tokens) = vectors();
    let options = || VerifierOptions { revocations: Revocations::Ignored, ..Default::default() };
    let clocks: [Clock; 3] = [
        (|| UnixTime(NOW), ""),
        (|| UnixTime(NOW - 3600), "NOT_YET_VALID"),
        (|| UnixTime(NOW + 3600), "EXPIRED"),
    ];
    let mut verifier = Verifier::with_clock(keys, options(), || UnixTime(NOW));
    let for_audience = |audience: &str| Want { audience: Some(audience.into()), ..Want::default() };
    for (want, expected) in [
        (Want::default(), ""),
        (for_audience("https://data.example"), ""),
        (for_audience("https://other.example"), "AUDIENCE_MISMATCH"),
        (Want::scope(&["delete:data:x"]), "SCOPE_VIOLATION"),
        (Want::scope(&["read"]), "INVALID_REQUEST"),
    ] {
        assert_eq!(code(&verifier.verify_offline(&tokens[WITH_AUDIENCE], &want)), expected);
    }
    for (clock, expected) in clocks {
        verifier.now = clock;
        let verdict = verifier.verify_offline(&tokens[WITH_AUDIENCE], &Want::default());
        assert_eq!(code(&verdict), expected);
    }
}

#[test]
fn only_the_whole_token_is_found_in_the_cache() {
    let (keys, tokens) = vectors();
    let revocations = Revocations::Ignored;
    let verifier = verifier(&keys, VerifierOptions { revocations, ..Default::default() });
    let token = &tokens[DEPTH_3];
    assert_eq!(code(&verifier.verify_offline(token, &Want::default())), "");
    assert!(reading(&verifier.known).cache.get(token).is_some());
    let place = token.find('.').unwrap() + 10;
    let changed = format!("{}_{}", &token[..place], &token[place + 1..]);
    for other in [&changed, &format!("x{token}"), &token[1..], &token[token.len() - 86..], "\u{fc}"]
    {
        assert!(verifier.verify_offline(other, &Want::default()).is_err(), "{other}");
    }
    verifier.set_keys(BrokerKeys::from_json(r#"{"keys":[]}"#, Some(keys.issuer())).unwrap());
    assert_eq!(code(&verifier.verify_offline(token, &Want::default())), "FOREIGN_HEADER");
}

#[test]
fn the_cache_is_bounded_and_keeps_what_is_used() {
    let (keys, tokens) = vectors();
    let options = ChainOptions { now: Some(UnixTime(NOW)), ..ChainOptions::default() };
    let verified = verify_chain(&tokens[DEPTH_0], &keys, &options).unwrap();
    let cache = TokenCache::new(10);
    let name = |number: usize| format!("{number:0100}");
    for number in 0..1_000 {
        cache.add(Arc::new(CachedToken::new(&name(number), verified.clone())));
        assert!(cache.get(&name(0)).is_some(), "the token in use is gone");
    }
    assert!(cache.len() <= 10);
    assert!(cache.get(&name(1)).is_none());
}

#[test]
fn many_threads_verify_while_ends_come() {
    let (keys, tokens) = vectors();
    let follower = follower(FollowOptions::default());
    let options = VerifierOptions { cache_capacity: 2, ..following(&follower) };
    let verifier = verifier(&keys, options);
    thread::scope(|scope| {
        for name in [DEPTH_0, DEPTH_3, WITH_AUDIENCE] {
            let (verifier, token) = (&verifier, &tokens[name]);
            scope.spawn(move || {
                for _ in 0..50 {
                    assert_eq!(code(&verifier.verify_offline(token, &Want::default())), "");
                }
            });
        }
        for number in 0..50 {
            let name = number.to_string();
            follower.ended().insert(&end(RevocationDigest::new(RevocationLevel::Token, &name)));
        }
    });
}
