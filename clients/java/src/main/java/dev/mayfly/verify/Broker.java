package dev.mayfly.verify;

import java.util.List;

/** Whom a verifier asks about what it cannot know: a {@code MayflyClient} is one. */
public interface Broker {
    /**
     * Asks about a token.
     *
     * @param scope all of which it must cover
     * @param audience that it must name; null for none
     * @param consumeUse whether to consume one use
     * @return its claims, or those that it refers to; null where it does not hold
     * @throws RuntimeException where the broker cannot be asked
     */
    Claims ask(String token, List<String> scope, String audience, boolean consumeUse);

    /**
     * The broker's public keys.
     *
     * @throws RuntimeException where the broker cannot be asked
     */
    BrokerKeys keys();
}
