package dev.mayfly;

import dev.mayfly.internal.token.Holding;
import dev.mayfly.internal.token.JsonNumber;
import dev.mayfly.internal.token.StrictJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The agent that this process was started as, by {@code mayfly run} or another wrapper.
 *
 * <p>{@code MAYFLY_AGENT_FD} names an inherited descriptor, from which one JSON object is read to
 * its end: {@code {"socket", "token", "private_key", "agent_id", "expires_at"}}.
 */
public final class InheritedAgent {
    private static final String VARIABLE = "MAYFLY_AGENT_FD";

    /** A token, a key and what goes with them. */
    private static final int MAXIMUM_COUNT = 64 * 1024;

    private InheritedAgent() {}

    /**
     * Reads the agent, once. It renews, delegates and releases through a client of its own, that
     * speaks for no app: {@code agent.client().close()} ends it.
     *
     * @return empty where this process was not started as one
     * @throws InvalidRequestException where the variable names no descriptor, or no agent comes
     *     from it
     */
    public static Optional<Agent> fromEnvironment() {
        String text = System.getenv(VARIABLE);
        return text == null ? Optional.empty() : Optional.of(read(text));
    }

    static Agent read(String descriptor) {
        if (!descriptor.matches("[0-9]{1,9}") || Integer.parseInt(descriptor) <= 2) {
            throw new InvalidRequestException(
                    VARIABLE + ": " + descriptor + " is no inherited descriptor");
        }
        byte[] bytes;
        // The platform opens no descriptor by its number, but the system has a file for each.
        try (InputStream input = Files.newInputStream(Path.of("/proc/self/fd", descriptor))) {
            bytes = input.readNBytes(MAXIMUM_COUNT + 1);
        } catch (IOException cause) {
            throw new InvalidRequestException(VARIABLE + ": " + cause.getMessage());
        }
        Object json =
                bytes.length > MAXIMUM_COUNT
                        ? null
                        : StrictJson.readLoosely(new String(bytes, StandardCharsets.UTF_8));
        if (!(json instanceof Map<?, ?> object)
                || !(object.get("socket") instanceof String socket)
                || !(object.get("token") instanceof String token)
                || !(object.get("private_key") instanceof String pem)
                || !(object.get("agent_id") instanceof String agentId)) {
            throw noAgent();
        }
        Long expiresAt = JsonNumber.whole(object.get("expires_at"));
        if (expiresAt == null || expiresAt < 0) {
            throw noAgent();
        }
        Map<String, Object> claims = Holding.claimsOf(token);
        String grantId =
                claims != null && claims.get("grant") instanceof String grant ? grant : "";
        MayflyClient client = MayflyClient.builder().socketPath(Path.of(socket)).build();
        var issued =
                new IssuedToken(agentId, token, grantId, Wire.instant(expiresAt));
        return client.adopt(issued, AgentKey.fromPem(pem));
    }

    private static InvalidRequestException noAgent() {
        return new InvalidRequestException(VARIABLE + ": no agent came from the descriptor");
    }
}
