//! Delegate three deep, verify the chain offline, revoke the middle, see the leaf die.
//!
//! ```sh
//! mayfly app add --name support-desk --ceiling 'read:data:*'
//! ./cargo.sh run --example delegation support-desk     # as a user who may operate the broker
//! ```

use std::error::Error;
use std::sync::Arc;

use mayfly::{
    verify_chain, AgentRequest, ChainOptions, Client, DelegationTerms, Identity, OperatorClient,
    Options, Revocation, RevocationLevel, ValidateOptions,
};

fn main() -> Result<(), Box<dyn Error>> {
    let app = std::env::args().nth(1).unwrap_or_else(|| "support-desk".to_owned());
    let client = Client::new(Options {
        identity: Identity::App(app),
        orchestration: Some("support".to_owned()),
        ..Options::default()
    });
    let mut agents = Vec::new();
    for task in ["plan", "research", "read", "file"] {
        agents.push(client.spawn(AgentRequest::new(task, &["read:data:*"]))?);
    }

    // Each agent signs what it hands on; the next one holds it by its own key.
    let terms = DelegationTerms::new(&["read:data:customer-12345"]);
    let adopt = |issued, agent: &mayfly::Agent| client.adopt(issued, Arc::clone(agent.key()));
    let first = adopt(agents[0].delegate(&agents[1].id(), &terms)?, &agents[1]);
    let second = adopt(first.delegate(&agents[2].id(), &terms)?, &agents[2]);
    let leaf = second.delegate(&agents[3].id(), &terms)?;

    let verified = verify_chain(&leaf.token, &client.keys()?, &ChainOptions::default())?;
    println!("verified  {:?} for {}", verified.scope(), verified.subject());
    for link in verified.lineage() {
        println!("          {}: {}", link.task, link.agent_id);
    }
    if let Err(error) = second.delegate(&agents[3].id(), &DelegationTerms::new(&["read:data:*"])) {
        println!("refused   to hand on more than it holds: {}", error.code());
    }

    let middle = agents[2].id();
    let revocation = Revocation::new(RevocationLevel::Agent, &middle);
    let count = OperatorClient::new(Options::default()).revoke(&revocation)?;
    println!("revoked   {middle}: {count} grants");
    let tokens = [leaf.token.as_str(), &first.token()];
    let validations = client.validate_batch(&tokens, &ValidateOptions::default())?;
    println!("leaf      is valid: {}", validations[0].is_valid);
    println!("first     is valid: {}", validations[1].is_valid);
    for agent in agents {
        agent.release()?;
    }
    Ok(())
}
