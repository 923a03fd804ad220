package dev.mayfly;

import java.time.Duration;
import java.util.List;

/**
 * What a delegate gets: never more than its delegator holds. Immutable: each method gives another.
 *
 * @param to the delegate's SPIFFE ID
 * @param scope 1 to 32 scopes, each covered by one that the delegator holds
 * @param audience 1 to 8 of the delegator's; null takes them all
 * @param lifetime renewals included; null takes what is left of the delegator's token
 * @param maximumUses given away, from 1; needed where the delegator's are limited; 0 sets no limit
 * @param byReference whether to issue a short token that only refers to its claims
 */
public record Delegation(
        String to,
        List<String> scope,
        List<String> audience,
        Duration lifetime,
        int maximumUses,
        boolean byReference) {

    /** These scopes, to an agent. */
    public static Delegation to(String agentId, String... scope) {
        return new Delegation(agentId, List.of(scope), null, null, 0, false);
    }

    /** For these audiences only. */
    public Delegation withAudience(String... audience) {
        return new Delegation(to, scope, List.of(audience), lifetime, maximumUses, byReference);
    }

    /** For so long. */
    public Delegation withLifetime(Duration lifetime) {
        return new Delegation(to, scope, audience, lifetime, maximumUses, byReference);
    }

    /** For so many uses. */
    public Delegation withMaximumUses(int maximumUses) {
        return new Delegation(to, scope, audience, lifetime, maximumUses, byReference);
    }

    /** With a token that only refers to its claims. */
    public Delegation asReference() {
        return new Delegation(to, scope, audience, lifetime, maximumUses, true);
    }
}
