package dev.mayfly;

import dev.mayfly.internal.token.Ed25519;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** What the proofs of one connection are over, and the broker's clock. Dies with the connection. */
final class Session {
    private static final int CHALLENGE_SIZE = 32;
    private static final long NANOSECONDS_PER_MILLISECOND = 1_000_000;

    private final byte[] challenge;
    private final String issuer;
    private final byte[] issuerDigest;
    private final AtomicLong proofSequence = new AtomicLong();

    /** The broker's milliseconds at the machine's first. */
    private volatile long clockOffset;

    Session(byte[] challenge, String issuer, long nowMilliseconds) {
        if (challenge.length != CHALLENGE_SIZE) {
            throw new ProtocolException("a challenge is 32 bytes, not " + challenge.length);
        }
        this.challenge = challenge;
        this.issuer = issuer;
        issuerDigest = Ed25519.sha256(issuer);
        setClock(nowMilliseconds);
    }

    byte[] challenge() {
        return challenge;
    }

    String issuer() {
        return issuer;
    }

    void setClock(long nowMilliseconds) {
        clockOffset = nowMilliseconds - System.nanoTime() / NANOSECONDS_PER_MILLISECOND;
    }

    /** The broker's clock, as far as can be told from when it last said: seconds, rounded down. */
    long brokerSeconds() {
        return (clockOffset + System.nanoTime() / NANOSECONDS_PER_MILLISECOND) / 1000;
    }

    /** Each number once, from 1. */
    long nextProofSequence() {
        return proofSequence.incrementAndGet();
    }

    /** The signature over a body, which holds the same sequence number. */
    byte[] proof(String purpose, long sequence, byte[] body, AgentKey key) {
        return key.sign(message(purpose, issuerDigest, challenge, sequence, body));
    }

    /** What a proof signs (proto/PROTOCOL.md, "What is signed"). */
    static byte[] message(
            String purpose, byte[] issuerDigest, byte[] challenge, long sequence, byte[] body) {
        byte[] context = ("mayfly/v1/" + purpose + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] bodyDigest = Ed25519.sha256(body);
        return ByteBuffer.allocate(
                        context.length
                                + issuerDigest.length
                                + challenge.length
                                + Long.BYTES
                                + bodyDigest.length)
                .put(context)
                .put(issuerDigest)
                .put(challenge)
                .putLong(sequence)
                .put(bodyDigest)
                .array();
    }
}
