package dev.mayfly;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.mayfly.internal.generated.mayfly.v1.Operator;
import dev.mayfly.internal.generated.mayfly.v1.Trust;
import dev.mayfly.verify.RevocationLevel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The operator's side of a broker, on the operator socket: what a control plane needs of it, ending
 * what was granted and registering apps. The {@code mayfly} program does all the rest.
 */
public final class OperatorClient implements AutoCloseable {
    private static final Channel.Times TIMES =
            new Channel.Times(Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ZERO);

    private final Channel channel;

    /** At {@code MAYFLY_OPERATOR_SOCKET}, else where the operator socket usually is. */
    public OperatorClient() {
        this(SocketPaths.operator());
    }

    /** At a path. */
    public OperatorClient(Path socketPath) {
        channel = new Channel(socketPath, null, TIMES, Frame.MAXIMUM_SENT);
    }

    /** Ends the connection. */
    @Override
    public void close() {
        channel.close();
    }

    /**
     * Ends an agent, and all that it holds. When this returns, every validation that begins from
     * now on sees it.
     *
     * @return how many live grants it matched
     * @throws RefusedException INVALID_TARGET or REVOCATIONS_EXHAUSTED
     */
    public long revokeAgent(String agentId) {
        return revoke(RevocationLevel.AGENT, agentId);
    }

    /** As {@link #revokeAgent}, the grant whose current token has this {@code jti}. */
    public long revokeToken(String tokenId) {
        return revoke(RevocationLevel.TOKEN, tokenId);
    }

    /** As {@link #revokeAgent}, the whole tree of a grant or an agent in it. */
    public long revokeChain(String grantOrAgentId) {
        return revoke(RevocationLevel.CHAIN, grantOrAgentId);
    }

    /**
     * As {@link #revokeAgent}, every grant of a task.
     *
     * @param orchestration only of this one; null means all
     * @param allowNew whether new grants under the name go on
     */
    public long revokeTask(String task, String orchestration, boolean allowNew) {
        return revoke(
                message(RevocationLevel.TASK, task)
                        .setOrchId(orchestration == null ? "" : orchestration)
                        .setAllowNew(allowNew)
                        .build());
    }

    /**
     * Registers an app.
     *
     * @param name 1 to 64 of {@code [a-z0-9-]}, from a letter
     * @param ceiling what its agents may have at most
     * @param attestationKeys Ed25519, 32 bytes each, that may attest its batches
     * @return a client id and its secret: this app has no uid
     * @throws RefusedException for example APP_EXISTS
     */
    public Credentials createApp(
            String name, List<String> ceiling, List<byte[]> attestationKeys) {
        Operator.App.Builder app =
                Operator.App.newBuilder().setName(name).addAllCeiling(ceiling);
        for (byte[] key : attestationKeys) {
            app.addAttestationKeys(ByteString.copyFrom(key));
        }
        var request =
                Operator.CreateAppRequest.newBuilder().setApp(app).setIssueSecret(true).build();
        Operator.CreateAppResponse response =
                call(Method.CREATE_APP, Channel.Repetition.FORBIDDEN, request);
        return new Credentials(response.getApp().getClientId(), response.getClientSecret());
    }

    /** What an app authenticates with besides its uids. Printing it does not show the secret. */
    public record Credentials(String clientId, String clientSecret) {
        @Override
        public String toString() {
            return "Credentials[" + clientId + "]";
        }
    }

    /**
     * Ends an app and all its live grants.
     *
     * @return how many there were
     * @throws RefusedException APP_NOT_FOUND
     */
    public long removeApp(String name) {
        var request = Operator.RemoveAppRequest.newBuilder().setName(name).build();
        return call(Method.REMOVE_APP, Channel.Repetition.FORBIDDEN, request).getEndedGrants();
    }

    /** How many grants are live. */
    public long liveGrants() {
        var request = Operator.StatusRequest.getDefaultInstance();
        return call(Method.STATUS, Channel.Repetition.ALLOWED, request).getLiveGrants();
    }

    private static Operator.RevokeRequest.Builder message(RevocationLevel level, String target) {
        return Operator.RevokeRequest.newBuilder()
                .setLevel(
                        switch (level) {
                            case TOKEN -> Trust.RevocationLevel.REVOCATION_LEVEL_TOKEN;
                            case GRANT -> Trust.RevocationLevel.REVOCATION_LEVEL_GRANT;
                            case AGENT -> Trust.RevocationLevel.REVOCATION_LEVEL_AGENT;
                            case TASK -> Trust.RevocationLevel.REVOCATION_LEVEL_TASK;
                            case CHAIN -> Trust.RevocationLevel.REVOCATION_LEVEL_CHAIN;
                        })
                .setTarget(target);
    }

    private long revoke(RevocationLevel level, String target) {
        return revoke(message(level, target).build());
    }

    private long revoke(Operator.RevokeRequest request) {
        return call(Method.REVOKE, Channel.Repetition.ALLOWED, request).getCount();
    }

    private <Response extends MessageLite> Response call(
            Method<Response> method, Channel.Repetition repetition, MessageLite request) {
        return channel.call(method, repetition, Channel.Need.NONE, session -> request);
    }
}
