//! An HTTP server that verifies tokens by itself and sees a revocation at once.
//!
//! ```sh
//! ./cargo.sh run --example resource_server 127.0.0.1:8080
//! curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8080/customers/customer-12345
//! ```
//!
//! It speaks as much HTTP as that needs, and no more: one request a connection.

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mayfly::{
    Client, FollowOptions, Options, Revocations, VerificationError, Verifier, VerifierOptions, Want,
};

/// Of a request's head, in bytes: a token and some headers.
const MAXIMUM_HEAD: u64 = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let client = Client::new(Options::default());
    let follower = client.follow_revocations(&FollowOptions::default())?;
    let verifier = Verifier::new(
        client.keys()?,
        VerifierOptions {
            revocations: Revocations::Followed(Arc::new(follower)),
            broker: Some(client),
            ..VerifierOptions::default()
        },
    );
    let verifier = Arc::new(verifier);
    let listener = TcpListener::bind(address)?;
    println!("listening on http://{}", listener.local_addr()?);
    for connection in listener.incoming() {
        let (connection, verifier) = (connection?, Arc::clone(&verifier));
        thread::spawn(move || {
            if let Err(error) = serve(&connection, &verifier) {
                eprintln!("a request was not answered: {error}");
            }
        });
    }
    Ok(())
}

fn serve(mut connection: &TcpStream, verifier: &Verifier) -> io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    let head = BufReader::new(connection.take(MAXIMUM_HEAD));
    let lines: Vec<String> = head
        .lines()
        .take_while(|line| !matches!(line.as_deref(), Ok("")))
        .collect::<Result<_, _>>()?;
    let (status, body) = answer(&lines, verifier);
    write!(
        connection,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The status line's end, and a JSON text.
fn answer(lines: &[String], verifier: &Verifier) -> (&'static str, String) {
    let error = |code: &str| format!("{{\"error\":\"{code}\"}}\n");
    let path = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let customer = match path.strip_prefix("/customers/") {
        Some(customer) => customer,
        None => return ("404 Not Found", error("NOT_FOUND")),
    };
    let token = lines.iter().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_authorization = name.eq_ignore_ascii_case("authorization");
        is_authorization.then(|| value.trim().strip_prefix("Bearer ")).flatten()
    });
    let want = Want::scope(&[&format!("read:data:{customer}")]);
    match verifier.verify(token.unwrap_or_default(), &want) {
        // A scope has no character that JSON would escape.
        Ok(token) => (
            "200 OK",
            format!("{{\"customer\":\"{customer}\",\"read_by\":\"{}\"}}\n", token.subject()),
        ),
        Err(VerificationError::InvalidRequest) => ("404 Not Found", error("NOT_FOUND")),
        Err(refusal @ VerificationError::ScopeViolation(_)) => {
            ("403 Forbidden", error(refusal.code()))
        }
        Err(refusal) => ("401 Unauthorized", error(refusal.code())),
    }
}
