package dev.mayfly;

import dev.mayfly.internal.generated.mayfly.v1.Agents;
import java.time.Duration;
import java.time.Instant;

/** Between what callers say and what the wire says. */
final class Wire {
    private static final long MAXIMUM_SECONDS = 0xFFFF_FFFFL;

    private Wire() {}

    /** A life on the wire: 0 where the caller leaves it to the broker. */
    static int seconds(Duration life) {
        if (life == null) {
            return 0;
        }
        long seconds = life.toSeconds();
        if (seconds < 1 || seconds > MAXIMUM_SECONDS || life.getNano() != 0) {
            throw new InvalidRequestException("a lifetime is a whole number of seconds from 1");
        }
        return (int) seconds;
    }

    static Instant instant(long seconds) {
        if (seconds < 0 || seconds > Instant.MAX.getEpochSecond()) {
            throw new ProtocolException(
                    Long.toUnsignedString(seconds) + " is no time that a broker tells");
        }
        return Instant.ofEpochSecond(seconds);
    }

    static IssuedToken issued(Agents.SpawnedAgent answer) {
        return new IssuedToken(
                answer.getAgentId(),
                answer.getToken(),
                answer.getGrantId(),
                instant(answer.getExpiresAt()));
    }

    /** An answer that does not say what became of a request that was carried out. */
    static OutcomeUnknownException unknownOutcome(String sentence) {
        return new OutcomeUnknownException(new ProtocolException(sentence));
    }
}
