//! Plays proto/vectors/hostile.json; the README beside it says what each case may end with.

mod common;

use std::env;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use mayfly::{AgentRequest, Client, Error, Identity, Options, ValidateOptions};

#[test]
fn a_hostile_broker_gets_an_error_and_never_a_wait() {
    let directory = match env::var("MAYFLY_HOSTILE_DIRECTORY") {
        Ok(directory) => directory,
        Err(_) => return eprintln!("no hostile broker: run ./test.sh"),
    };
    let file = common::vectors("hostile.json");
    let timeout = Duration::from_secs_f64(file["timeout_seconds"].as_f64().unwrap());
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() > 60);
    thread::scope(|scope| {
        for case in cases {
            let text = |name: &str| case[name].as_str().unwrap();
            let (name, call) = (text("name"), text("call"));
            let expect: Vec<&str> = case["expect"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one.as_str().unwrap())
                .collect();
            let socket = Path::new(&directory).join(format!("{name}.sock"));
            let identity = match call {
                "spawn" => Identity::App("testing".to_owned()),
                _ => Identity::Nobody,
            };
            scope.spawn(move || {
                let client = Client::new(Options {
                    socket: Some(socket),
                    identity,
                    orchestration: Some("hostile".to_owned()),
                    call_timeout: timeout,
                    connect_timeout: timeout,
                });
                let began = Instant::now();
                let outcomes = outcomes(&client, call);
                let is_good = expect.iter().any(|wanted| is_expected(&outcomes, wanted));
                assert!(is_good, "{name}: got {outcomes:?}, want {expect:?}");
                assert!(began.elapsed() < timeout * 5, "{name}: it took {:?}", began.elapsed());
            });
        }
    });
}

/// Of the calls of a case, in their order.
fn outcomes(client: &Client, call: &str) -> Vec<String> {
    match call {
        "spawn" => {
            let spawned = client.spawn(AgentRequest::new("x", &["read:data:x"]));
            vec![outcome(spawned.map(|_| ()))]
        }
        "watch" => {
            let mut stream = match client.watch_revocations(0) {
                Ok(stream) => stream,
                Err(error) => return vec![outcome(Err(error))],
            };
            let mut outcomes = Vec::new();
            loop {
                match stream.next_batch() {
                    Ok(_) => outcomes.push("message".to_owned()),
                    Err(error) => {
                        outcomes.push(outcome(Err(error)));
                        return outcomes;
                    }
                }
            }
        }
        _ => (0..2)
            .map(|_| match client.validate("any", &ValidateOptions::default()) {
                Ok(validation) if !validation.is_valid => "invalid".to_owned(),
                answer => outcome(answer.map(|_| ())),
            })
            .collect(),
    }
}

fn outcome(result: mayfly::Result<()>) -> String {
    match result {
        Ok(()) => "ok".to_owned(),
        Err(Error::Protocol(_)) => "protocol".to_owned(),
        Err(Error::Connection(_)) => "connection_lost".to_owned(),
        Err(Error::Timeout) => "timeout".to_owned(),
        Err(Error::Refused(_)) => "refused".to_owned(),
        Err(Error::OutcomeUnknown(_)) => "outcome_unknown".to_owned(),
        Err(other) => other.to_string(),
    }
}

fn is_expected(outcomes: &[String], wanted: &str) -> bool {
    let (first, last) = match outcomes {
        [first, .., last] => (first.as_str(), last.as_str()),
        [only] => (only.as_str(), only.as_str()),
        [] => return false,
    };
    match wanted {
        "ok_then_protocol" => {
            first == "ok" && ["protocol", "connection_lost", "ok"].contains(&last)
        }
        "ended" => first == "connection_lost",
        _ => match wanted.split_once("_then_") {
            Some((before, after)) => first == before && last == after,
            None => first == wanted,
        },
    }
}
