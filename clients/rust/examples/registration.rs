//! An agent process registers itself with a launch token, renews, and releases.
//!
//! ```sh
//! mayfly app add --name support-desk --ceiling 'read:data:*'
//! ./cargo.sh run --example registration support-desk
//! ```

use std::time::Duration;

use mayfly::{AgentRequest, Client, LaunchTokenRequest, Options, RenewalTerms, ValidateOptions};

fn main() -> mayfly::Result<()> {
    let app = std::env::args().nth(1).unwrap_or_else(|| "support-desk".to_owned());
    // The orchestrator's side: a secret for one agent, handed over through a pipe or the
    // environment.
    let launch = Client::for_app(&app).create_launch_token(LaunchTokenRequest {
        ceiling: vec!["read:data:*".to_owned()],
        lifetime: Some(Duration::from_secs(30)),
        label: Some("ticket-4712".to_owned()),
        ..LaunchTokenRequest::default()
    })?;
    println!("launch    token until {}", launch.expires_at.0);

    // The agent's side: it needs no app, and its key never leaves it.
    let orchestration = Some("support".to_owned());
    let client = Client::new(Options { orchestration, ..Options::default() });
    let request = AgentRequest {
        lifetime: Some(Duration::from_secs(60)),
        renewable_for: Some(Duration::from_secs(3600)),
        ..AgentRequest::new("ticket-4712", &["read:data:customer-12345"])
    };
    let agent = client.register(request, &launch.secret, false)?;
    println!("registered {}", agent.id());

    let before = agent.token();
    agent.renew(&RenewalTerms::default())?;
    println!("renewed   until {}", agent.issued().expires_at.0);
    let tokens = [before.as_str(), &agent.token()];
    let validations = client.validate_batch(&tokens, &ValidateOptions::default())?;
    println!("          the token before is valid: {}", validations[0].is_valid);
    println!("          the new one is valid: {}", validations[1].is_valid);
    agent.release().map(|_| ())
}
