package dev.mayfly;

import dev.mayfly.verify.Claims;
import java.time.Instant;

/**
 * What the broker says of a token.
 *
 * @param isValid whether it is good for what was asked, at this moment; not why not
 * @param claims null where not valid, or omitted
 * @param expiresAt null where not valid
 * @param usesLeft of a limited number; 0 unless one was consumed
 */
public record Validation(boolean isValid, Claims claims, Instant expiresAt, int usesLeft) {}
