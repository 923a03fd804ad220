use crate::client::{Client, Repetition};
use crate::error::Result;
use crate::generated::apps::{AppsListGrantsRequest, AppsListGrantsResponse};
use crate::generated::grants::GrantSummary;
use crate::link::{Method, APPS};
use crate::renewal::AgentState;
use crate::time::UnixTime;

/// Which grants are listed; what is `None` is any.
#[derive(Clone, Debug, Default)]
pub struct GrantFilter {
    /// Of this orchestration.
    pub orchestration: Option<String>,
    /// Of this task.
    pub task: Option<String>,
    /// Of one page, 1 to 1,000; `None` means 100.
    pub limit: Option<u32>,
    /// That of the page before; empty begins.
    pub cursor: String,
}

/// A live grant as its app sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // as in proto/mayfly/v1/grants.proto
pub struct Grant {
    pub grant_id: String,
    pub agent_id: String,
    pub app: String,
    pub orchestration: String,
    pub task: String,
    pub scope: Vec<String>,
    pub audience: Vec<String>,
    pub issued_at: UnixTime,
    pub expires_at: UnixTime,
    pub not_after: UnixTime,
    pub parent_grant_id: String,
    pub holder_grant_id: String,
    pub depth: u32,
    pub renewals: u32,
    pub uses_left: Option<u32>,
    pub state: AgentState,
    pub is_flagged: bool,
}

impl Grant {
    fn read(grant: GrantSummary) -> Self {
        Self {
            issued_at: UnixTime(grant.issued_at),
            expires_at: UnixTime(grant.expires_at),
            not_after: UnixTime(grant.not_after),
            depth: grant.depth,
            renewals: grant.renewals,
            uses_left: grant.has_uses.then_some(grant.uses_left),
            state: AgentState::read(grant.state),
            is_flagged: grant.is_flagged,
            grant_id: grant.grant_id,
            agent_id: grant.agent_id,
            app: grant.app,
            orchestration: grant.orch_id,
            task: grant.task_id,
            scope: grant.scope.into_vec(),
            audience: grant.audience.into_vec(),
            parent_grant_id: grant.parent_grant_id,
            holder_grant_id: grant.holder_grant_id,
        }
    }
}

impl Client {
    /// The app's own live grants, a page at a time, and the cursor of the next page: go on until it
    /// is empty. A page may be shorter than asked, and empty without being the last.
    pub fn grants(&self, filter: &GrantFilter) -> Result<(Vec<Grant>, String)> {
        let mut request = AppsListGrantsRequest::new();
        request.set_orch_id(filter.orchestration.clone().unwrap_or_default());
        request.set_task_id(filter.task.clone().unwrap_or_default());
        request.set_limit(filter.limit.unwrap_or_default());
        request.set_cursor(filter.cursor.clone());
        let answer: AppsListGrantsResponse =
            self.call(Method(APPS, "ListGrants"), Repetition::Allowed, &request)?;
        Ok((answer.grants.into_iter().map(Grant::read).collect(), answer.cursor))
    }
}
