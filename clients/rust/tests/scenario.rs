//! Runs proto/vectors/scenario.json; the README beside it describes the steps.

mod common;

use std::collections::HashMap;
use std::env;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mayfly::{
    verify_chain, AgentRequest, AgentState, BrokerKeys, ChainOptions, Client, DelegationTerms,
    Error, FollowOptions, Identity, IssuedToken, KeyPair, LaunchTokenRequest, OperatorClient,
    Options, RenewalTerms, Revocation, RevocationLevel, Revocations, ValidateOptions,
    VerificationError, VerifiedToken, Verifier, VerifierOptions, Want,
};
use serde_json::Value;

/// What bears a name.
#[derive(Clone, Default)]
struct Holder {
    id: String,
    token: String,
    key: Option<Arc<KeyPair>>,
}

struct Runner {
    file: Value,
    run: String,
    keys: BrokerKeys,
    clients: HashMap<String, Client>,
    named: HashMap<String, Holder>,
    following: Option<Verifier>,
}

/// The first thing that differs from what is expected.
type Difference = Result<(), String>;

#[test]
fn the_scenario_of_every_client() {
    if common::app().is_none() {
        return;
    }
    let file = common::vectors("scenario.json");
    let keys = Client::new(Options::default()).keys().unwrap();
    let mut runner = Runner {
        run: format!("{:x}", std::process::id()),
        keys,
        clients: HashMap::new(),
        named: HashMap::new(),
        following: None,
        file: file.clone(),
    };
    for (number, step) in file["steps"].as_array().unwrap().iter().enumerate() {
        if let Err(difference) = runner.run(step) {
            panic!("step {}: {difference}\n{step}", number + 1);
        }
    }
}

fn text<'a>(step: &'a Value, name: &str) -> Option<&'a str> {
    step[name].as_str()
}

fn texts(value: &Value) -> Vec<String> {
    let one = |value: &Value| value.as_str().unwrap().to_owned();
    match value {
        Value::Array(list) => list.iter().map(one).collect(),
        Value::Null => Vec::new(),
        value => vec![one(value)],
    }
}

fn seconds(step: &Value, name: &str) -> Option<Duration> {
    step[name].as_u64().map(Duration::from_secs)
}

impl Runner {
    fn client(&mut self, step: &Value) -> Client {
        let app = text(step, "app").unwrap_or("testing");
        let variable = self.file["apps"][app].as_str();
        let name = variable.map_or(app.to_owned(), |variable| env::var(variable).unwrap());
        let client = self.clients.entry(app.to_owned()).or_insert_with(|| {
            let identity = Identity::App(name);
            Client::new(Options { identity, ..Options::default() })
        });
        client.clone()
    }

    fn holder(&self, step: &Value, name: &str) -> Holder {
        text(step, name).map_or(Holder::default(), |name| self.named[name].clone())
    }

    fn run(&mut self, step: &Value) -> Difference {
        let client = self.client(step);
        let holder = self.holder(step, "token");
        let token = text(step, "text").map_or(holder.token, str::to_owned);
        let key = holder.key;
        let made = match text(step, "do").unwrap() {
            "spawn" => client.spawn(self.request(step)).map(|agent| made(&agent)),
            "launch_token" => client
                .create_launch_token(LaunchTokenRequest {
                    ceiling: texts(&step["ceiling"]),
                    ..LaunchTokenRequest::default()
                })
                .map(|launch| Holder { token: launch.secret, ..Holder::default() }),
            "register" => client
                .register(self.request(step), &self.holder(step, "with").token, false)
                .map(|agent| made(&agent)),
            "renew" => {
                let key = key.unwrap();
                let renewed = client.renew(&token, &key, &RenewalTerms::default());
                renewed.map(|issued| held(issued, key))
            }
            "heartbeat" => client.heartbeat(&token, AgentState::Active).map(|_| Holder::default()),
            "delegate" => {
                let to = self.holder(step, "to");
                let key = self.holder(step, "key_of").key.unwrap();
                let scope = texts(&step["scope"]);
                let terms = DelegationTerms { scope, ..DelegationTerms::default() };
                let delegated = client.delegate(&token, &key, &to.id, &terms);
                delegated.map(|issued| held(issued, to.key.unwrap()))
            }
            "validate" => return validate(&client, &token, step),
            "verify" => return self.verify(&token, step),
            "watch" => return self.watch(&client),
            "accept" => return self.accept(&token, step),
            "revoke" => return self.revoke(step),
            "release" => {
                let ended = client.release(&token).map_err(|error| error.to_string())?;
                return same("ended", &step["expect"]["ended"], &ended.into());
            }
            other => return Err(format!("no runner knows {other}")),
        };
        let refused = &step["expect"]["refused"];
        match made {
            Ok(made) if refused.is_null() => {
                if let Some(name) = text(step, "as") {
                    self.named.insert(name.to_owned(), made);
                }
                Ok(())
            }
            Ok(_) => Err("it was not refused".to_owned()),
            Err(Error::Refused(refusal)) if !refused.is_null() => {
                same("reason", &refused["reason"], &refusal.reason.into())?;
                same("code", &refused["code"], &code(&refusal.status).into())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn request(&self, step: &Value) -> AgentRequest {
        let orchestration =
            text(step, "orchestration").or_else(|| text(&self.file, "orchestration")).unwrap();
        AgentRequest {
            orchestration: Some(orchestration.replace("{run}", &self.run)),
            task: text(step, "task").unwrap().to_owned(),
            scope: texts(&step["scope"]),
            audience: texts(&step["audience"]),
            lifetime: seconds(step, "lifetime_seconds"),
            renewable_for: seconds(step, "renewable_for_seconds"),
            maximum_uses: step["max_uses"].as_u64().map(|uses| uses as u32),
            by_reference: step["by_reference"] == true,
            key: self.holder(step, "key_of").key,
            ..AgentRequest::default()
        }
    }

    fn verify(&self, token: &str, step: &Value) -> Difference {
        let mut token = token.to_owned();
        if text(step, "change") == Some("signature") {
            let first = token.rfind('.').unwrap() + 1;
            let other = if token[first..].starts_with('A') { "B" } else { "A" };
            token.replace_range(first..=first, other);
        }
        let audience = text(step, "audience").map(str::to_owned);
        let options = ChainOptions { audience, ..ChainOptions::default() };
        let mut verdict = verify_chain(&token, &self.keys, &options).map(Arc::new);
        if verdict.is_ok() && !step["required_scope"].is_null() {
            let revocations = Revocations::Ignored;
            let options = VerifierOptions { revocations, ..VerifierOptions::default() };
            let scope = texts(&step["required_scope"]);
            let want = Want { scope, ..Want::default() };
            verdict = Verifier::new(self.keys.clone(), options).verify_offline(&token, &want);
        }
        self.compare(verdict, &step["expect"])
    }

    fn watch(&mut self, client: &Client) -> Difference {
        let follower = client.follow_revocations(&FollowOptions::default()).unwrap();
        let caught_up = follower.wait_until_caught_up(Duration::from_secs(20));
        let revocations = Revocations::Followed(Arc::new(follower));
        let options = VerifierOptions { revocations, ..VerifierOptions::default() };
        self.following = Some(Verifier::new(self.keys.clone(), options));
        caught_up.map_err(|error| error.to_string())
    }

    fn accept(&self, token: &str, step: &Value) -> Difference {
        let within = Duration::from_secs_f64(step["within_seconds"].as_f64().unwrap_or(0.0));
        let began = Instant::now();
        loop {
            let verdict = self.following.as_ref().unwrap().verify_offline(token, &Want::default());
            let compared = self.compare(verdict, &step["expect"]);
            if compared.is_ok() || began.elapsed() >= within {
                return compared;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn compare(
        &self,
        verdict: Result<Arc<VerifiedToken>, VerificationError>,
        expect: &Value,
    ) -> Difference {
        let token = match verdict {
            Ok(token) => token,
            Err(error) => return same("refusal", &expect["refusal"], &error.code().into()),
        };
        if !expect["refusal"].is_null() {
            return Err("it was verified".to_owned());
        }
        let want = &expect["verified"];
        let ids = |names: &Value| -> Value {
            texts(names).iter().map(|name| self.named[name].id.clone()).collect()
        };
        let lineage: Value = token.lineage().iter().map(|link| link.agent_id.clone()).collect();
        if !want["subject"].is_null() {
            same("subject", &ids(&want["subject"])[0], &token.subject().into())?;
        }
        if !want["lineage"].is_null() {
            same("lineage", &ids(&want["lineage"]), &lineage)?;
        }
        same("online", &want["online"], &token.is_online().into())?;
        same("by_reference", &want["by_reference"], &token.is_reference().into())?;
        same("scope", &want["scope"], &token.scope().into())?;
        same("audience", &want["audience"], &token.audience().into())
    }

    fn revoke(&self, step: &Value) -> Difference {
        let level = match text(step, "level") {
            Some("agent") => RevocationLevel::Agent,
            other => return Err(format!("no runner knows {other:?}")),
        };
        let operator = OperatorClient::new(Options::default());
        let target = self.holder(step, "target").id;
        let count = operator.revoke(&Revocation::new(level, &target));
        let count = count.map_err(|error| error.to_string())?;
        same("count", &step["expect"]["count"], &count.into())
    }
}

fn made(agent: &mayfly::Agent) -> Holder {
    held(agent.issued(), Arc::clone(agent.key()))
}

fn held(issued: IssuedToken, key: Arc<KeyPair>) -> Holder {
    Holder { id: issued.agent_id, token: issued.token, key: Some(key) }
}

fn validate(client: &Client, token: &str, step: &Value) -> Difference {
    let options = ValidateOptions {
        required_scope: texts(&step["required_scope"]),
        required_audience: text(step, "required_audience").map(str::to_owned),
        consume_use: step["consume_use"] == true,
        omit_claims: false,
    };
    let validation = client.validate(token, &options).map_err(|error| error.to_string())?;
    let expect = &step["expect"];
    same("valid", &expect["valid"], &validation.is_valid.into())?;
    same("uses_left", &expect["uses_left"], &validation.uses_left.into())?;
    if let Some(claims) = expect["claims"].as_object() {
        let stated: Value =
            serde_json::from_slice(&validation.claims).map_err(|error| error.to_string())?;
        for (name, value) in claims {
            same(name, value, &stated[name])?;
        }
    }
    Ok(())
}

/// What is not expected is not compared.
fn same(name: &str, want: &Value, got: &Value) -> Difference {
    match want.is_null() || want == got {
        true => Ok(()),
        false => Err(format!("{name} is {got}, not {want}")),
    }
}

fn code(status: &str) -> u32 {
    match status {
        "INVALID_ARGUMENT" => 3,
        "NOT_FOUND" => 5,
        "ALREADY_EXISTS" => 6,
        "PERMISSION_DENIED" => 7,
        "UNAUTHENTICATED" => 16,
        _ => 2,
    }
}
