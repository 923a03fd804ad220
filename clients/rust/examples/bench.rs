//! What the client costs, against a live broker: pairs of spawn and release, validations, and from
//! an acknowledged release to the refusal by eight verifiers; and what a verifier costs by itself.
//!
//! ```sh
//! MAYFLY_BIN=... ../testing/with-broker.sh ./cargo.sh run --release --example bench
//! ```

use std::error::Error;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mayfly::{
    verify_chain, AgentRequest, BrokerKeys, ChainOptions, Client, FollowOptions, Identity, Options,
    Revocations, ValidateOptions, Verifier, VerifierOptions, Want,
};

const TASKS: usize = 8;
const FOLLOWERS: usize = 8;
const LASTING: Duration = Duration::from_secs(3);
const ROUNDS: u32 = 100_000;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let client = Client::new(Options {
        identity: Identity::App(std::env::var("MAYFLY_TEST_APP")?),
        orchestration: Some("bench".to_owned()),
        ..Options::default()
    });
    measure("spawn and release", || {
        let agent = client.spawn(request())?;
        agent.release().map(|_| ())
    })?;
    let agent = client.spawn(request())?;
    let token = agent.token();
    measure("validate", || {
        let options = ValidateOptions { omit_claims: true, ..ValidateOptions::default() };
        client.validate(&token, &options).map(|_| ())
    })?;
    let keys = client.keys()?;
    verification(&client, &keys, &token)?;
    revocations(&client, &keys)?;
    agent.release()?;
    Ok(())
}

fn request() -> AgentRequest {
    AgentRequest::new("bench", &["read:data:x"])
}

/// Calls work from many threads and prints the calls of a second.
fn measure(name: &str, work: impl Fn() -> mayfly::Result<()> + Sync) -> Outcome {
    let began = Instant::now();
    let count = || {
        let mut count = 0;
        while began.elapsed() < LASTING {
            work()?;
            count += 1;
        }
        Ok::<u32, mayfly::Error>(count)
    };
    let counts: Vec<_> = thread::scope(|scope| {
        let tasks: Vec<_> = (0..TASKS).map(|_| scope.spawn(count)).collect();
        tasks.into_iter().map(|task| task.join()).collect()
    });
    let mut total = 0;
    for count in counts {
        total += count.map_err(|_| "a thread panicked")??;
    }
    let rate = f64::from(total) / began.elapsed().as_secs_f64();
    println!("{name:<20} {rate:>10.0}/s with {TASKS} threads");
    Ok(())
}

fn following(client: &Client, keys: &BrokerKeys) -> Result<Verifier, Box<dyn Error>> {
    let follower = client.follow_revocations(&FollowOptions::default())?;
    follower.wait_until_caught_up(Duration::from_secs(20))?;
    let revocations = Revocations::Followed(Arc::new(follower));
    Ok(Verifier::new(keys.clone(), VerifierOptions { revocations, ..VerifierOptions::default() }))
}

fn verification(client: &Client, keys: &BrokerKeys, token: &str) -> Outcome {
    let verifier = following(client, keys)?;
    let want = Want::scope(&["read:data:x"]);
    let began = Instant::now();
    for _ in 0..ROUNDS {
        verifier.verify_offline(token, &want)?;
    }
    println!(
        "repeated token       {:>10.0} ns",
        began.elapsed().as_nanos() as f64 / f64::from(ROUNDS)
    );
    let (rounds, began) = (ROUNDS / 50, Instant::now());
    for _ in 0..rounds {
        verify_chain(token, keys, &ChainOptions::default())?;
    }
    println!(
        "first-seen token     {:>10.0} ns",
        began.elapsed().as_nanos() as f64 / f64::from(rounds)
    );
    Ok(())
}

/// From the answer to a release to the refusal by the last of the verifiers.
fn revocations(client: &Client, keys: &BrokerKeys) -> Outcome {
    let verifiers: Result<Vec<_>, _> = (0..FOLLOWERS).map(|_| following(client, keys)).collect();
    let verifiers = verifiers?;
    let want = Want::default();
    let mut delays = Vec::new();
    let began = Instant::now();
    while began.elapsed() < LASTING {
        let agent = client.spawn(request())?;
        let token = agent.token();
        for verifier in &verifiers {
            verifier.verify_offline(&token, &want)?;
        }
        agent.release()?;
        let acknowledged = Instant::now();
        for verifier in &verifiers {
            while verifier.verify_offline(&token, &want).is_ok() {
                thread::sleep(Duration::from_micros(20));
            }
        }
        delays.push(acknowledged.elapsed());
    }
    delays.sort();
    println!(
        "release to refusal   p50 {:?}, p99 {:?}, by {FOLLOWERS} verifiers, of {}",
        delays[delays.len() / 2],
        delays[delays.len() * 99 / 100],
        delays.len()
    );
    Ok(())
}
