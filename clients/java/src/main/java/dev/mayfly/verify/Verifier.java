package dev.mayfly.verify;

import dev.mayfly.InvalidRequestException;
import dev.mayfly.internal.token.Words;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Verifies tokens where the resources are: without asking anyone, and yet a token that was ended is
 * refused as soon as the broker's stream of ends says so. Safe for any number of threads.
 *
 * <pre>{@code
 * var verifier = Verifier.builder(client.keys(),
 * client.followRevocations()).broker(client).build(); Verdict verdict = verifier.verify(token,
 * "read:data:customer-12345"); if (!verdict.isValid()) refuse(verdict.refusal());
 * }</pre>
 */
public final class Verifier {
    /**
     * What a token has to be good for.
     *
     * @param scope all of which it must cover
     * @param audience that it must name; null takes the verifier's own
     * @param consumeUse consume one use of a token whose uses are limited; the broker's client must
     *     speak for an app
     */
    public record Wanted(List<String> scope, String audience, boolean consumeUse) {
        /** A token that covers these scopes. */
        public static Wanted of(String... scope) {
            return new Wanted(List.of(scope), null, false);
        }

        /** And names this audience. */
        public Wanted withAudience(String audience) {
            return new Wanted(scope, audience, consumeUse);
        }

        /** And has a use left, which is consumed. */
        public Wanted consumingUse() {
            return new Wanted(scope, audience, true);
        }
    }

    /** Not more often are a broker's keys asked for because a token names another one. */
    private static final Duration KEY_INTERVAL = Duration.ofSeconds(10);

    private final Builder options;
    private final TokenCache cache;
    private volatile ChainVerifier chains;
    private long keysAskedAt;

    private Verifier(Builder options) {
        this.options = options;
        cache = new TokenCache(options.cacheCapacity);
        chains = chainsOf(options.keys);
        keysAskedAt = System.nanoTime() - KEY_INTERVAL.toNanos();
    }

    /**
     * A verifier by a broker's keys.
     *
     * @param revocations null where it is known that what ended before its expiry may still be
     *     accepted
     */
    public static Builder builder(BrokerKeys keys, Revocations revocations) {
        return new Builder(keys, revocations);
    }

    /** How a verifier behaves. */
    public static final class Builder {
        private final BrokerKeys keys;
        private final Revocations revocations;
        private Broker broker;
        private String issuer;
        private String audience;
        private Duration leeway = Duration.ofSeconds(30);
        private Duration staleness = Duration.ofSeconds(30);
        private boolean asksAlways;
        private int cacheCapacity = 4096;
        private Clock clock = Clock.systemUTC();

        private Builder(BrokerKeys keys, Revocations revocations) {
            this.keys = Objects.requireNonNull(keys);
            this.revocations = revocations;
        }

        /**
         * Whom to ask about tokens that only it can judge, when the revocations are not known, and
         * for keys that are new.
         */
        public Builder broker(Broker broker) {
            this.broker = broker;
            return this;
        }

        /** The {@code iss} of every token; the keys' own otherwise. */
        public Builder issuer(String issuer) {
            this.issuer = issuer;
            return this;
        }

        /** That a token must name, where a call asks for no other. */
        public Builder audience(String audience) {
            this.audience = audience;
            return this;
        }

        /** How far the clocks may be apart, in whole seconds; 30. */
        public Builder leeway(Duration leeway) {
            this.leeway = leeway;
            return this;
        }

        /** For how long something may have been missed before nothing is accepted unasked; 30 s. */
        public Builder staleness(Duration staleness) {
            this.staleness = staleness;
            return this;
        }

        /** Asks the broker every time, for what is critical. */
        public Builder askAlways() {
            asksAlways = true;
            return this;
        }

        /** Verified tokens that are kept; 4,096. */
        public Builder cacheCapacity(int tokens) {
            cacheCapacity = tokens;
            return this;
        }

        /** Another clock than the system's. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** The verifier. */
        public Verifier build() {
            return new Verifier(this);
        }
    }

    /** As {@link #verify(String, Wanted)}. */
    public Verdict verify(String token, String... scope) {
        return verify(token, Wanted.of(scope));
    }

    /** Says whether a token is good for what is asked, and asks the broker where it has to. */
    public Verdict verify(String token, Wanted wanted) {
        Judgement judgement = judge(token, wanted);
        if (judgement.verdict.refusal() == Refusal.FOREIGN_HEADER && refreshKeys()) {
            judgement = judge(token, wanted);
        }
        if (!judgement.mustAsk || options.broker == null) {
            return judgement.verdict;
        }
        return ask(judgement.verdict.token(), token, wanted);
    }

    /**
     * As {@link #verify(String, Wanted)}, without asking: what only the broker can say is refused,
     * with {@link Refusal#BROKER_REQUIRED} or {@link Refusal#REVOCATIONS_STALE}.
     */
    public Verdict verifyOffline(String token, Wanted wanted) {
        return judge(token, wanted).verdict;
    }

    /** Other keys take the place of those in use, and every token is verified anew. */
    public void replaceKeys(BrokerKeys keys) {
        chains = chainsOf(keys);
        cache.clear();
    }

    /** A verdict without asking, and whether the broker could say otherwise. */
    private record Judgement(Verdict verdict, boolean mustAsk) {}

    private Judgement judge(String token, Wanted wanted) {
        VerifiedToken verified = null;
        try {
            TokenCache.Entry entry = verified(token, audienceOf(wanted));
            verified = entry.verified();
            checkScope(verified, wanted.scope());
            return judgeLife(entry);
        } catch (VerificationException refused) {
            return new Judgement(Verdict.refused(refused.refusal(), verified), false);
        }
    }

    private TokenCache.Entry verified(String token, String audience)
            throws VerificationException {
        ChainVerifier verifier = chains;
        TokenCache.Entry known = cache.get(token);
        if (known != null && known.by() == verifier) {
            VerifiedToken verified = known.verified();
            verifier.checkTimes(verified.times(), options.clock.instant());
            boolean isForThis =
                    audience == null
                            || verified.isReference()
                            || verified.audience().contains(audience);
            if (!isForThis) {
                throw new VerificationException(Refusal.AUDIENCE_MISMATCH);
            }
            return known;
        }
        VerifiedToken verified = verifier.verify(token, audience, options.clock.instant());
        Claims claims = verified.isReference() ? null : verified.claims();
        TokenCache.Entry entry =
                new TokenCache.Entry(
                        token, verified, RevocationSet.namesOf(verified),
                        Verdict.good(verified, claims), verifier);
        cache.add(entry);
        return entry;
    }

    private static void checkScope(VerifiedToken verified, List<String> scope)
            throws VerificationException {
        for (String wanted : scope) {
            if (!Words.isScope(wanted)) {
                throw new InvalidRequestException(wanted + " is no scope");
            }
        }
        if (!verified.isReference() && !Words.cover(verified.scope(), scope)) {
            throw new VerificationException(Refusal.SCOPE_VIOLATION);
        }
    }

    /** Whether it has ended since it was issued. */
    private Judgement judgeLife(TokenCache.Entry entry) throws VerificationException {
        VerifiedToken verified = entry.verified();
        Revocations revocations = options.revocations;
        if (revocations != null && revocations.ended().revokes(verified, entry.names())) {
            throw new VerificationException(Refusal.REVOKED);
        }
        if (options.asksAlways || verified.isOnline()) {
            return new Judgement(Verdict.refused(Refusal.BROKER_REQUIRED, verified), true);
        }
        if (revocations != null && !isKnown(revocations, verified)) {
            return new Judgement(Verdict.refused(Refusal.REVOCATIONS_STALE, verified), true);
        }
        return new Judgement(entry.good(), false);
    }

    private boolean isKnown(Revocations revocations, VerifiedToken verified) {
        Duration stale = revocations.staleFor();
        return stale != null
                && stale.compareTo(options.staleness) <= 0
                && revocations.ended().covers(verified);
    }

    private Verdict ask(VerifiedToken verified, String token, Wanted wanted) {
        Claims claims;
        try {
            claims =
                    options.broker.ask(
                            token, wanted.scope(), audienceOf(wanted), wanted.consumeUse());
        } catch (RuntimeException unreachable) {
            return new Verdict(
                    Refusal.BROKER_UNREACHABLE, unreachable.getMessage(), verified, null);
        }
        if (claims == null) {
            return Verdict.refused(Refusal.TOKEN_NOT_VALID, verified);
        }
        return Verdict.good(verified, claims);
    }

    private String audienceOf(Wanted wanted) {
        return wanted.audience() == null ? options.audience : wanted.audience();
    }

    private ChainVerifier chainsOf(BrokerKeys keys) {
        return new ChainVerifier(keys, options.issuer, options.leeway);
    }

    /** Whether there are other keys now. */
    private boolean refreshKeys() {
        synchronized (this) {
            long now = System.nanoTime();
            if (options.broker == null || now - keysAskedAt < KEY_INTERVAL.toNanos()) {
                return false;
            }
            keysAskedAt = now;
        }
        try {
            replaceKeys(options.broker.keys());
            return true;
        } catch (RuntimeException unreachable) {
            // The token is refused with what is known.
            return false;
        }
    }
}
