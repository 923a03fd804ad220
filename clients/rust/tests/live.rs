//! The client beside a live broker.

mod common;

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::io::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use common::{client, reading};
use mayfly::{
    AgentRequest, AgentState, Binding, BrokerKeys, Client, Error, FollowOptions, GrantFilter,
    Identity, IssuedToken, KeyPair, Options, RenewalId, RenewalTerms, RevocationLevel, Revocations,
    UnixTime, ValidateOptions, Verifier, VerifierOptions, Want,
};

/// The name of the test app; without a broker there is nothing to test.
macro_rules! live {
    () => {
        match common::app() {
            Some(app) => app,
            None => return,
        }
    };
}

fn is_valid(client: &Client, token: &str) -> bool {
    client.validate(token, &ValidateOptions::default()).unwrap().is_valid
}

#[test]
fn many_threads_share_one_connection() {
    let app = live!();
    let client = client(&app);
    thread::scope(|scope| {
        for worker in 0..16 {
            let client = &client;
            scope.spawn(move || {
                for _ in 0..8 {
                    let request = reading(&format!("task-{worker}"));
                    let worked = client.with_agent(request, |agent| {
                        assert!(is_valid(client, &agent.token()));
                        Ok::<_, Error>(agent.token())
                    });
                    assert!(!is_valid(client, &worked.unwrap()));
                }
            });
        }
    });
}

#[test]
fn an_agent_is_dead_when_its_work_ends_also_where_it_fails() {
    let app = live!();
    let client = client(&app);
    let mut token = String::new();
    let failed = client.with_agent(reading("work"), |agent| {
        token = agent.token();
        Err::<(), _>(Error::Timeout)
    });
    assert_eq!(failed, Err(Error::Timeout));
    assert!(!is_valid(&client, &token));
}

#[test]
fn an_app_can_be_proven_by_its_secret() {
    live!();
    let client_id = env::var("MAYFLY_TEST_CLIENT_ID").unwrap();
    let with = |client_secret| {
        let identity = Identity::Credentials { client_id: client_id.clone(), client_secret };
        let orchestration = Some("rust".to_owned());
        Client::new(Options { identity, orchestration, ..Options::default() })
    };
    let client = with(env::var("MAYFLY_TEST_CLIENT_SECRET").unwrap());
    let agent = client.spawn(reading("secret")).unwrap();
    assert_eq!(client.release_grant(&agent.issued().grant_id), Ok(true));
    let refused = with("0".repeat(64)).connect().unwrap_err();
    assert_eq!(refused.code(), "CREDENTIALS_INVALID");
}

#[test]
fn a_batch_is_vouched_for_by_the_apps_key() {
    let app = live!();
    let client = client(&app);
    let pem = fs::read_to_string(env::var("MAYFLY_TEST_ATTESTATION_KEY").unwrap()).unwrap();
    let requests = (0..20).map(|number| reading(&format!("batch-{number}"))).collect();
    let agents = client.spawn_batch(requests, &KeyPair::from_pem(&pem).unwrap()).unwrap();
    let tokens: Vec<String> = agents.iter().map(|agent| agent.token()).collect();
    let mut tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let task = Some("batch-7".to_owned());
    let filter = GrantFilter { task, ..GrantFilter::default() };
    let (grants, _) = client.grants(&filter).unwrap();
    assert!(grants.iter().any(|grant| grant.agent_id == agents[7].id()));
    let validations = client.validate_batch(&tokens, &ValidateOptions::default()).unwrap();
    assert!(validations.iter().all(|validation| validation.is_valid));
    assert!(String::from_utf8_lossy(&validations[3].claims).contains(r#""proof":"attested""#));
    tokens.push(tokens[0]);
    let ended = client.release_batch(&tokens).unwrap();
    assert_eq!((ended.len(), ended[19], ended[20]), (21, true, false));
}

#[test]
fn a_renewal_can_be_asked_for_again() {
    let app = live!();
    let client = client(&app);
    let agent = client.spawn(reading("renew")).unwrap();
    let before = agent.token();
    let id = Some(RenewalId::generate().unwrap());
    let terms = RenewalTerms { id, ..RenewalTerms::default() };
    agent.renew(&terms).unwrap();
    let again = client.renew(&before, agent.key(), &terms).unwrap();
    assert_eq!(again.token, agent.token());
    let refused = client.renew(&before, agent.key(), &RenewalTerms::default()).unwrap_err();
    assert_eq!(refused.code(), "TOKEN_NOT_VALID");
    agent.release().unwrap();
}

#[test]
fn a_grant_ends_with_what_it_hangs_on() {
    let app = live!();
    let (observer, holder) = (client(&app), client(&app));
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    let bound = |task, binding| AgentRequest { binding, ..reading(task) };
    let to_process = holder.spawn(bound("process", Binding::Process(child.id()))).unwrap();
    let to_connection = holder.spawn(bound("connection", Binding::Connection)).unwrap();
    let dies = |token: &str| {
        let began = Instant::now();
        while is_valid(&observer, token) {
            assert!(began.elapsed() < Duration::from_secs(20), "it is still valid");
            thread::sleep(Duration::from_millis(1));
        }
    };
    assert!(is_valid(&observer, &to_process.token()));
    child.kill().unwrap();
    dies(&to_process.token());
    assert!(is_valid(&observer, &to_connection.token()));
    holder.close();
    dies(&to_connection.token());
    child.wait().unwrap();
}

#[test]
fn an_agent_is_found_in_its_environment() {
    let app = live!();
    if env::var("MAYFLY_AGENT_FD").is_ok() {
        return;
    }
    let agent = client(&app).spawn(reading("child")).unwrap();
    let handed = serde_json::json!({
        "socket": env::var("MAYFLY_SOCKET").unwrap(), "token": agent.token(),
        "private_key": agent.key().to_pem(), "agent_id": agent.id(),
        "expires_at": agent.issued().expires_at.0,
    });
    let (mut write, read) = UnixStream::pair().unwrap();
    write.write_all(handed.to_string().as_bytes()).unwrap();
    drop(write);
    // The shell hands the descriptor on under a number of its own.
    let output = Command::new("sh")
        .args(["-c", "exec 3<&0 </dev/null \"$0\" --exact the_inherited_agent --nocapture"])
        .arg(env::current_exe().unwrap())
        .env("MAYFLY_AGENT_FD", "3")
        .env("MAYFLY_SOCKET", "/nowhere")
        .stdin(Stdio::from(OwnedFd::from(read)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(agent.release(), Ok(false), "the child released nothing");
}

/// What the child of the test above runs.
#[test]
fn the_inherited_agent() {
    if env::var("MAYFLY_AGENT_FD").is_err() {
        return;
    }
    let agent = mayfly::agent_from_environment(Options::default()).unwrap();
    agent.renew(&RenewalTerms::default()).unwrap();
    agent.heartbeat(AgentState::Completing).unwrap();
    assert_eq!(agent.release(), Ok(true));
    let again = mayfly::agent_from_environment(Options::default()).unwrap_err();
    assert_eq!(again.code(), "INVALID_REQUEST");
}

/// Stands between a client and the broker, and loses connections.
struct Relay {
    path: PathBuf,
    peers: Arc<Mutex<Vec<UnixStream>>>,
}

impl Relay {
    fn start(name: &str) -> Self {
        let path = env::temp_dir().join(format!("mayfly-{}-{name}.sock", std::process::id()));
        let _ = fs::remove_file(&path);
        let listener = UnixListener::bind(&path).unwrap();
        let peers = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&peers);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let broker = UnixStream::connect(env::var("MAYFLY_SOCKET").unwrap()).unwrap();
                for (from, to) in [(&client, &broker), (&broker, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || copy(from, to));
                }
                kept.lock().unwrap().extend([client, broker]);
            }
        });
        Self { path, peers }
    }

    fn lose(&self) {
        for peer in self.peers.lock().unwrap().drain(..) {
            let _ = peer.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn copy(mut from: UnixStream, mut to: UnixStream) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_lost_connection_is_made_again_and_its_app_named() {
    let app = live!();
    let relay = Relay::start("again");
    let client = Client::new(Options {
        socket: Some(relay.path.clone()),
        identity: Identity::App(app),
        orchestration: Some("rust".to_owned()),
        ..Options::default()
    });
    for _ in 0..10 {
        match client.spawn(reading("again")) {
            Ok(agent) => {
                relay.lose();
                assert_eq!(agent.release(), Ok(true));
                relay.lose();
            }
            // The client had not noticed yet that the connection was lost.
            Err(Error::OutcomeUnknown(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_follower_goes_on_where_it_was() {
    let app = live!();
    let relay = Relay::start("follow");
    let client = client(&app);
    let socket = Some(relay.path.clone());
    let follower = Client::new(Options { socket, ..Options::default() })
        .follow_revocations(&FollowOptions::default())
        .unwrap();
    follower.wait_until_caught_up(Duration::from_secs(20)).unwrap();
    for _ in 0..3 {
        let agent = client.spawn(reading("follow")).unwrap();
        relay.lose();
        agent.release().unwrap();
        let began = Instant::now();
        while !follower.ended().contains(RevocationLevel::Grant, &agent.issued().grant_id) {
            assert!(began.elapsed() < Duration::from_secs(20), "the end was missed");
            thread::sleep(Duration::from_millis(5));
        }
    }
    assert!(follower.staleness() < Duration::from_secs(10));
}

#[test]
fn a_verifier_asks_the_broker_where_it_has_to() {
    let app = live!();
    let client = client(&app);
    let keys = client.keys().unwrap();
    let request = AgentRequest { by_reference: true, ..reading("ask") };
    let agent = client.spawn(request).unwrap();
    let token = agent.token();
    let want = Want::scope(&["read:data:x"]);
    let judge = |keys: &BrokerKeys, broker: Option<Client>, want: &Want| {
        let revocations = Revocations::Ignored;
        let options = VerifierOptions { revocations, broker, ..VerifierOptions::default() };
        let verifier = Verifier::new(keys.clone(), options);
        verifier.verify(&token, want).map_err(|error| error.code())
    };
    let asked = || Some(client.clone());
    assert_eq!(judge(&keys, None, &want).unwrap_err(), "BROKER_REQUIRED");
    let verified = judge(&keys, asked(), &want).unwrap();
    assert!(String::from_utf8_lossy(verified.claims()).contains(&agent.id()));
    let other = Want::scope(&["write:data:x"]);
    assert_eq!(judge(&keys, asked(), &other).unwrap_err(), "TOKEN_NOT_VALID");
    // The keys of another broker: the right ones are asked for.
    let foreign = BrokerKeys::from_json(r#"{"keys":[]}"#, Some(keys.issuer())).unwrap();
    assert!(judge(&foreign, asked(), &want).is_ok());
    agent.release().unwrap();
    assert_eq!(judge(&keys, asked(), &want).unwrap_err(), "TOKEN_NOT_VALID");
    let socket = Some("/nowhere".into());
    let gone = Client::new(Options { socket, ..Options::default() });
    assert_eq!(judge(&keys, Some(gone), &want).unwrap_err(), "BROKER_UNREACHABLE");
}

#[test]
fn a_closed_client_says_so() {
    let socket = Some("/nowhere".into());
    let client = Client::new(Options { socket, ..Options::default() });
    assert!(matches!(client.connect(), Err(Error::Connection(_))));
    client.close();
    client.close();
    let closed = client.validate("token", &ValidateOptions::default());
    assert_eq!(closed, Err(Error::Closed));
}

#[test]
fn a_connection_that_answers_nothing_is_given_up() {
    let path = env::temp_dir().join(format!("mayfly-{}-silent.sock", std::process::id()));
    let _ = fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let call_timeout = Duration::from_millis(1);
    let socket = Some(path.clone());
    let client = Client::new(Options { socket, call_timeout, ..Options::default() });
    for _ in 0..=64 {
        let answer = client.validate("any", &ValidateOptions::default());
        assert_eq!(answer, Err(Error::Timeout));
    }
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.incoming().map_while(Result::ok).count(), 2);
    fs::remove_file(&path).unwrap();
}

#[test]
fn connections_leave_nothing_behind() {
    let app = live!();
    let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    let use_one = || {
        let client = client(&app);
        client.connect().unwrap();
        client.close();
    };
    use_one();
    let began = Instant::now();
    for _ in 0..50 {
        use_one();
    }
    // Other tests have theirs at the same time.
    while descriptors() > 100 {
        assert!(began.elapsed() < Duration::from_secs(20), "{} are open", descriptors());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn no_secret_is_printed() {
    let key = KeyPair::generate().unwrap();
    let identity = Identity::Credentials { client_id: "id".into(), client_secret: "SECRET".into() };
    let issued = IssuedToken::new("spiffe://x", "SECRET", UnixTime(0));
    let client = Client::new(Options { identity, ..Options::default() });
    let agent = client.adopt(issued.clone(), Arc::new(key));
    for printed in [format!("{issued:?}"), format!("{agent:?}"), format!("{client:#?}")] {
        assert!(!printed.contains("SECRET"), "{printed}");
    }
}
