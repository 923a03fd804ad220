package dev.mayfly;

import dev.mayfly.internal.token.Base64Url;
import dev.mayfly.internal.token.Ed25519;
import dev.mayfly.internal.token.Holding;
import dev.mayfly.internal.token.Hop;
import dev.mayfly.internal.token.Words;
import java.util.List;
import java.util.function.Predicate;

/**
 * A hop that lacks only what the connection gives: challenge, number and time.
 *
 * @param previous SHA-256 of the hop before, or of the root statement's text
 */
record HopDraft(
        Holding holding,
        byte[] previous,
        AgentKey key,
        AgentDescription delegate,
        Delegation terms) {

    HopDraft {
        if (holding.depth() >= Words.MAXIMUM_HOPS) {
            throw new InvalidRequestException("a chain has at most 5 hops");
        }
        check(terms.scope(), Words.MAXIMUM_SCOPES, Words::isScope, "scopes");
        if (terms.audience() != null) {
            check(terms.audience(), Words.MAXIMUM_AUDIENCES, Words::isAudience, "audiences");
        }
        if (terms.maximumUses() < 0) {
            throw new InvalidRequestException("a limit of uses is at least one");
        }
    }

    private static void check(
            List<String> list, int maximum, Predicate<String> isWord, String what) {
        if (list.isEmpty() || list.size() > maximum || !list.stream().allMatch(isWord)) {
            throw new InvalidRequestException(
                    "delegate 1 to " + maximum + " well-formed " + what);
        }
    }

    /** The compact JWS, over the connection's challenge and by the broker's clock. */
    String signed(Session session) {
        long now = session.brokerSeconds();
        int life = Wire.seconds(terms.lifetime());
        long expiresAt =
                life == 0 ? holding.expiresAt() : now + Integer.toUnsignedLong(life);
        var content =
                new Hop.Content(
                        session.issuer(),
                        Base64Url.encode(session.challenge()),
                        session.nextProofSequence(),
                        holding.agent(),
                        Base64Url.encode(key.publicKey()),
                        delegate.agentId(),
                        Base64Url.encode(delegate.publicKey()),
                        holding.scope(),
                        terms.scope(),
                        terms.audience(),
                        terms.maximumUses() == 0 ? null : (long) terms.maximumUses(),
                        now,
                        expiresAt,
                        holding.grant(),
                        holding.depth() + 1,
                        Base64Url.encode(previous));
        return Hop.sign(content, key.privateKey());
    }

    /** SHA-256 of the hop before, or of the root statement's text where there is none. */
    static byte[] previous(Holding holding, String root) {
        return holding.previous() == null ? Ed25519.sha256(root) : holding.previous();
    }
}
