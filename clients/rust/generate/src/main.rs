//! Writes the Rust code of the protocol's messages: `generate <proto folder> <target folder>`.

use std::env;
use std::process::exit;

const FILES: [&str; 6] = [
    "google/rpc/error_details.proto",
    "mayfly/v1/agents.proto",
    "mayfly/v1/apps.proto",
    "mayfly/v1/grants.proto",
    "mayfly/v1/operator.proto",
    "mayfly/v1/trust.proto",
];

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let (proto, target) = match arguments.as_slice() {
        [_, proto, target] => (proto, target),
        _ => {
            eprintln!("usage: generate <proto folder> <target folder>");
            exit(64);
        }
    };
    let inputs = FILES.map(|file| format!("{proto}/{file}"));
    let result = protobuf_codegen_pure::Codegen::new()
        .out_dir(target)
        .include(proto)
        .inputs(inputs)
        .run();
    if let Err(error) = result {
        eprintln!("generate: {error}");
        exit(1);
    }
}
