package dev.mayfly;

import dev.mayfly.internal.generated.mayfly.v1.Grants;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/**
 * A live grant as its app sees it.
 *
 * @param grantId 32 lower-case hexadecimal characters
 * @param agentId whom it is granted to
 * @param notAfter that no renewal passes
 * @param parentGrantId of a delegated grant: the delegator's; else empty
 * @param holderGrantId of a delegated grant: the delegate's own; else empty
 * @param depth hops from the root
 * @param usesLeft empty where there is no limit
 * @param state as it said last
 * @param isFlagged it missed its app's heartbeat interval
 * @param proof how its key was proven: {@code agent}, {@code attested} or {@code legacy}
 */
public record Grant(
        String grantId,
        String agentId,
        String app,
        String orchestration,
        String task,
        List<String> scope,
        List<String> audience,
        Instant issuedAt,
        Instant expiresAt,
        Instant notAfter,
        String parentGrantId,
        String holderGrantId,
        int depth,
        int renewals,
        OptionalInt usesLeft,
        AgentState state,
        boolean isFlagged,
        String proof) {

    static Grant of(Grants.GrantSummary summary) {
        return new Grant(
                summary.getGrantId(),
                summary.getAgentId(),
                summary.getApp(),
                summary.getOrchId(),
                summary.getTaskId(),
                List.copyOf(summary.getScopeList()),
                List.copyOf(summary.getAudienceList()),
                Wire.instant(summary.getIssuedAt()),
                Wire.instant(summary.getExpiresAt()),
                Wire.instant(summary.getNotAfter()),
                summary.getParentGrantId(),
                summary.getHolderGrantId(),
                summary.getDepth(),
                summary.getRenewals(),
                summary.getHasUses()
                        ? OptionalInt.of(summary.getUsesLeft())
                        : OptionalInt.empty(),
                state(summary.getState()),
                summary.getIsFlagged(),
                summary.getProof());
    }

    private static AgentState state(Grants.AgentState state) {
        return switch (state) {
            case AGENT_STATE_ACTIVE -> AgentState.ACTIVE;
            case AGENT_STATE_IDLE -> AgentState.IDLE;
            case AGENT_STATE_COMPLETING -> AgentState.COMPLETING;
            default -> AgentState.UNSPECIFIED;
        };
    }
}
