package mayfly

import (
	"context"
	"time"

	"mayfly.local/mayfly/internal/mayflyv1"
)

// GrantFilter says which grants are listed; what is empty is any.
type GrantFilter struct {
	Orchestration, Task string
	// Limit of one page, 1 to 1,000; 0 means 100.
	Limit uint32
	// Cursor is that of the page before; empty begins.
	Cursor string
}

// Grant is a live grant as its app sees it.
type Grant struct {
	GrantID, AgentID, App, Orchestration, Task string
	Scope, Audience                            []string
	IssuedAt, ExpiresAt, NotAfter              time.Time
	// ParentGrantID and HolderGrantID of a delegated grant: the delegator's, and the delegate's own.
	ParentGrantID, HolderGrantID string
	// Depth is hops from the root: 0 for an agent's own grant.
	Depth, Renewals uint32
	// UsesLeft counts where HasUses.
	HasUses  bool
	UsesLeft uint32
	// State as the agent said it last.
	State AgentState
	// IsFlagged: it missed its app's heartbeat interval.
	IsFlagged bool
}

// Grants lists the app's own live grants, a page at a time: go on with the cursor until it is
// empty. A page may be shorter than asked, and empty without being the last.
func (client *Client) Grants(
	ctx context.Context, filter GrantFilter,
) (grants []Grant, cursor string, err error) {
	answer := &mayflyv1.AppsListGrantsResponse{}
	err = client.call(ctx, method{appsService, "ListGrants"}, repeatable,
		&mayflyv1.AppsListGrantsRequest{
			OrchId: filter.Orchestration, TaskId: filter.Task, Limit: filter.Limit, Cursor: filter.Cursor,
		}, answer)
	for _, grant := range answer.GetGrants() {
		grants = append(grants, Grant{
			GrantID: grant.GetGrantId(), AgentID: grant.GetAgentId(), App: grant.GetApp(),
			Orchestration: grant.GetOrchId(), Task: grant.GetTaskId(), Scope: grant.GetScope(),
			Audience: grant.GetAudience(), IssuedAt: fromUnix(grant.GetIssuedAt()),
			ExpiresAt: fromUnix(grant.GetExpiresAt()), NotAfter: fromUnix(grant.GetNotAfter()),
			ParentGrantID: grant.GetParentGrantId(), HolderGrantID: grant.GetHolderGrantId(),
			Depth: grant.GetDepth(), Renewals: grant.GetRenewals(), HasUses: grant.GetHasUses(),
			UsesLeft: grant.GetUsesLeft(), State: AgentState(grant.GetState()),
			IsFlagged: grant.GetIsFlagged(),
		})
	}
	return grants, answer.GetCursor(), err
}
