package dev.mayfly;

import java.time.Instant;

/**
 * The public face of a live agent.
 *
 * @param agentId its SPIFFE ID
 * @param publicKey Ed25519, 32 bytes
 * @param grantId its own grant
 * @param expiresAt when that ends if nothing renews it
 * @param notAfter that no renewal passes
 * @param root what a chain from its own grant begins with
 */
public record AgentDescription(
        String agentId,
        byte[] publicKey,
        String grantId,
        Instant expiresAt,
        Instant notAfter,
        String root) {}
