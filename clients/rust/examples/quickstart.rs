//! Spawn an agent for a task, validate its token, release it.
//!
//! ```sh
//! mayfly app add --name support-desk --ceiling 'read:data:*'
//! ./cargo.sh run --example quickstart support-desk
//! ```

use mayfly::{AgentRequest, Client, Error, Identity, Options, ValidateOptions};

fn main() -> mayfly::Result<()> {
    let app = std::env::args().nth(1).unwrap_or_else(|| "support-desk".to_owned());
    let client = Client::new(Options {
        identity: Identity::App(app),
        orchestration: Some("support".to_owned()),
        ..Options::default()
    });
    let request = AgentRequest::new("ticket-4711", &["read:data:customer-12345"]);
    let token = client.with_agent(request, |agent| {
        println!("spawned   {}", agent.id());
        show(&client, &agent.token())?;
        Ok::<_, Error>(agent.token())
    })?;
    // Its work is done: whoever still has the token has nothing.
    show(&client, &token)
}

fn show(client: &Client, token: &str) -> mayfly::Result<()> {
    let options = ValidateOptions {
        required_scope: vec!["read:data:customer-12345".to_owned()],
        ..ValidateOptions::default()
    };
    println!("validated {}", client.validate(token, &options)?.is_valid);
    Ok(())
}
