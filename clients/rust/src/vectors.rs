//! Runs the files of proto/vectors that show what is under the public interface.

use std::collections::HashMap;

use protobuf::Message;
use serde_json::Value;

use crate::chain::hop::Hop;
use crate::chain::{base64, hex, Key};
use crate::error::Refusal;
use crate::frames::{Header, HEADER_BYTES};
use crate::generated::{agents, apps, operator, trust};
use crate::keys::KeyPair;
use crate::revocations::{RevocationDigest, RevocationLevel};
use crate::session::Session;
use crate::verification::scope_covers;

fn read(name: &str) -> Value {
    let text = std::fs::read(format!("../../proto/vectors/{name}")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn list(value: &Value) -> &[Value] {
    let list = value.as_array().unwrap();
    assert!(!list.is_empty());
    list
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = text(value);
    let byte = |place| u8::from_str_radix(&text[place..place + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

fn bytes32(value: &Value) -> [u8; 32] {
    bytes(value).try_into().unwrap()
}

/// Decoded and encoded again; the meaning must stay the same.
fn again<Kind: Message + PartialEq>(payload: &[u8]) -> Vec<u8> {
    let message = Kind::parse_from_bytes(payload).unwrap();
    let encoded = message.write_to_bytes().unwrap();
    assert!(Kind::parse_from_bytes(&encoded).unwrap() == message);
    encoded
}

/// By the name of a message.
fn message(name: &str) -> fn(&[u8]) -> Vec<u8> {
    macro_rules! named {
        ($($room:ident: $($kind:ident)*;)*) => {
            match name.strip_prefix("mayfly.v1.").unwrap() {
                $($(stringify!($kind) => again::<$room::$kind>,)*)*
                other => panic!("{other} is not in the table"),
            }
        };
    }
    named! {
        apps: AuthenticateRequest AuthenticateResponse CreateLaunchTokenRequest
            CreateLaunchTokenResponse AppsListGrantsRequest AppsListGrantsResponse;
        agents: ChallengeRequest ChallengeResponse DescribeRequest DescribeResponse
            ValidateRequest ValidateResponse ValidateBatchRequest ValidateBatchResponse
            ReleaseRequest ReleaseResponse ReleaseBatchRequest ReleaseBatchResponse
            DelegateRequest DelegateResponse HeartbeatRequest HeartbeatResponse
            SpawnRequest SpawnResponse SpawnBatchRequest SpawnBatchResponse
            RegisterRequest RegisterResponse RenewRequest RenewResponse;
        trust: GetKeysRequest GetKeysResponse WatchRevocationsRequest WatchRevocationsResponse;
        operator: RevokeRequest RevokeResponse CreateAppRequest CreateAppResponse StatusRequest
            StatusResponse;
    }
}

#[test]
fn every_request_is_encoded_as_the_vectors_have_it() {
    for request in list(&read("frames.json")["requests"]) {
        let name = &request["name"];
        let payload = bytes(&request["payload"]);
        let encoded = message(text(&request["message"]))(&payload);
        // No request of this client has a list of numbers, which its encoder does not pack.
        if request["message"] != "mayfly.v1.CreateAppRequest" {
            assert_eq!(encoded, payload, "{name}");
        }
        let mut envelope = ttrpc::Request::new();
        envelope.set_service(text(&request["service"]).to_owned());
        envelope.set_method(text(&request["method"]).to_owned());
        envelope.set_payload(payload);
        let data = envelope.write_to_bytes().unwrap();
        let header = Header {
            length: data.len(),
            stream: request["stream"].as_u64().unwrap() as u32,
            kind: 1,
            flags: request["flags"].as_u64().unwrap() as u8,
        };
        let frame = [&header.bytes()[..], &data].concat();
        assert_eq!(frame, bytes(&request["frame"]), "{name}");
    }
}

#[test]
fn every_response_is_read_as_the_vectors_have_it() {
    let file = read("frames.json");
    for response in list(&file["responses"]) {
        let frame = bytes(&response["frame"]);
        let answer = ttrpc::Response::parse_from_bytes(&frame[HEADER_BYTES..]).unwrap();
        assert_eq!(Refusal::read(answer.get_status()), None, "{}", response["name"]);
        message(text(&response["message"]))(answer.get_payload());
    }
    for message_of_stream in list(&file["stream"]) {
        let frame = bytes(&message_of_stream["frame"]);
        message(text(&message_of_stream["message"]))(&frame[HEADER_BYTES..]);
    }
}

#[test]
fn every_refusal_is_understood_as_the_vectors_have_it() {
    for case in list(&read("refusals.json")["cases"]) {
        let frame = bytes(&case["frame"]);
        let answer = ttrpc::Response::parse_from_bytes(&frame[HEADER_BYTES..]).unwrap();
        let want = &case["expect"];
        let mut refusal =
            Refusal::new(text(&want["code_name"]), text(&want["reason"]), text(&want["message"]));
        refusal.metadata =
            serde_json::from_value::<HashMap<_, _>>(want["metadata"].clone()).unwrap();
        assert_eq!(Refusal::read(answer.get_status()), Some(refusal), "{}", case["name"]);
    }
}

#[test]
fn every_proof_is_signed_as_the_vectors_have_it() {
    let file = read("proofs.json");
    for case in list(&file["proofs"]) {
        let key = KeyPair::from_seed(bytes32(&case["seed"])).unwrap();
        let session = Session::new(text(&case["issuer"]), &bytes(&case["challenge"]), 0).unwrap();
        let sequence = case["proof_seq"].as_u64().unwrap();
        let proof = session.prove(text(&case["purpose"]), sequence, &bytes(&case["body"]), &key);
        assert_eq!(proof, bytes(&case["proof"]), "{}", case["name"]);
    }
    for case in list(&file["hops"]) {
        let key = KeyPair::from_seed(bytes32(&case["seed"])).unwrap();
        let hop = key.sign_hop(&hop(&case["members"]));
        assert_eq!(hop, text(&case["hop"]), "{}", case["name"]);
    }
    for case in list(&file["keys"]) {
        let key = KeyPair::from_pem(text(&case["pem"])).unwrap();
        assert_eq!(key.public_key(), bytes32(&case["public_key"]));
        assert_eq!(key.to_pem(), text(&case["pem"]));
        assert_eq!(Key::new(key.public_key()).id, text(&case["thumbprint"]));
    }
    for case in list(&file["digests"]) {
        let level = match text(&case["level"]) {
            "token" => RevocationLevel::Token,
            "grant" => RevocationLevel::Grant,
            "agent" => RevocationLevel::Agent,
            "task" => RevocationLevel::Task,
            "chain" => RevocationLevel::Chain,
            other => panic!("{other} is no level"),
        };
        let digest = RevocationDigest::new(level, text(&case["target"]));
        assert_eq!(hex(&digest.0), text(&case["digest"]));
    }
    for case in list(&file["scopes"]) {
        let covers = scope_covers(text(&case["held"]), text(&case["wanted"]));
        assert_eq!(Some(covers), case["covers"].as_bool(), "{case}");
    }
}

fn hop(members: &Value) -> Hop {
    let owned = |name: &str| text(&members[name]).to_owned();
    let decoded = |name: &str| base64::decode_url_32(text(&members[name])).unwrap();
    let texts = |name: &str| {
        let texts = members[name].as_array().map_or(&[][..], Vec::as_slice);
        texts.iter().map(|value| text(value).to_owned()).collect()
    };
    let number = |name: &str| members[name].as_u64().unwrap();
    Hop {
        issuer: owned("iss"),
        challenge: decoded("challenge"),
        proof_sequence: number("proof_seq"),
        delegator: owned("delegator"),
        delegator_key: decoded("delegator_key"),
        delegate: owned("delegate"),
        delegate_key: decoded("delegate_key"),
        held: texts("held"),
        scope: texts("scope"),
        audience: texts("aud"),
        maximum_uses: members["max_uses"].as_u64().map(|uses| uses as u32),
        issued_at: number("iat"),
        expires_at: number("exp"),
        parent: owned("parent"),
        depth: number("depth") as usize,
        previous: decoded("prev"),
    }
}
