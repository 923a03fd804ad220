//! What the tests beside a live or a hostile broker have in common.

#![allow(dead_code)] // each of them uses a part

use std::env;
use std::path::Path;
use std::time::Duration;

use mayfly::{AgentRequest, Client, Identity, Options};
use serde_json::Value;

/// The name of the test app; `None` where there is no broker, as clients/testing/with-broker.sh
/// starts one.
pub fn app() -> Option<String> {
    let app = env::var("MAYFLY_TEST_APP").ok();
    if app.is_none() {
        eprintln!("no broker: run ./test.sh");
    }
    app
}

pub fn client(app: &str) -> Client {
    Client::new(Options {
        identity: Identity::App(app.to_owned()),
        orchestration: Some("rust".to_owned()),
        ..Options::default()
    })
}

pub fn reading(task: &str) -> AgentRequest {
    let renewable_for = Some(Duration::from_secs(3600));
    AgentRequest { renewable_for, ..AgentRequest::new(task, &["read:data:*"]) }
}

pub fn vectors(name: &str) -> Value {
    let path = Path::new("../../proto/vectors").join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
