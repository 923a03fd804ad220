package dev.mayfly;

import dev.mayfly.internal.generated.mayfly.v1.Agents;
import java.util.List;

/**
 * What a token has to be good for.
 *
 * @param requiredScope all of which it must cover
 * @param requiredAudience that it must name; null for none
 * @param consumeUse whether to consume one use, durably
 * @param omitClaims whether to leave them out, for callers that read them from the token
 */
public record ValidationRequest(
        List<String> requiredScope,
        String requiredAudience,
        boolean consumeUse,
        boolean omitClaims) {

    /** Whether it is valid, with its claims. */
    public static ValidationRequest plain() {
        return new ValidationRequest(List.of(), null, false, false);
    }

    /** Whether it covers these scopes. */
    public static ValidationRequest scope(String... scope) {
        return new ValidationRequest(List.of(scope), null, false, false);
    }

    /** And names this audience. */
    public ValidationRequest withAudience(String audience) {
        return new ValidationRequest(requiredScope, audience, consumeUse, omitClaims);
    }

    /** And has a use left, which is consumed. */
    public ValidationRequest consumingUse() {
        return new ValidationRequest(requiredScope, requiredAudience, true, omitClaims);
    }

    /** Without its claims. */
    public ValidationRequest omittingClaims() {
        return new ValidationRequest(requiredScope, requiredAudience, consumeUse, true);
    }

    Agents.ValidateRequest message(String token) {
        return Agents.ValidateRequest.newBuilder()
                .setToken(token)
                .addAllRequiredScope(requiredScope)
                .setRequiredAudience(requiredAudience == null ? "" : requiredAudience)
                .setConsumeUse(consumeUse)
                .setOmitClaims(omitClaims)
                .build();
    }

    Channel.Repetition repetition() {
        return consumeUse ? Channel.Repetition.FORBIDDEN : Channel.Repetition.ALLOWED;
    }
}
