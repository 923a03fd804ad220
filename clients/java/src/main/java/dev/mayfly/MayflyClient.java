package dev.mayfly;

import com.google.protobuf.MessageLite;
import dev.mayfly.internal.generated.mayfly.v1.Agents;
import dev.mayfly.internal.generated.mayfly.v1.Apps;
import dev.mayfly.internal.generated.mayfly.v1.Grants;
import dev.mayfly.internal.generated.mayfly.v1.Trust;
import dev.mayfly.internal.token.Holding;
import dev.mayfly.verify.Broker;
import dev.mayfly.verify.BrokerKeys;
import dev.mayfly.verify.Claims;
import dev.mayfly.verify.RevocationSet;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A broker, as an orchestrator, an agent or a resource server sees it.
 *
 * <p>All threads share one connection, made at the first call and made again when it is lost; calls
 * travel side by side and are answered in any order. A call that may be repeated is repeated once
 * when the connection is lost under it; one that would do twice throws
 * {@link OutcomeUnknownException}. Every call throws a {@link MayflyException}:
 * {@link RefusedException} where the broker decided against it.
 *
 * <pre>{@code
 * try (var client = MayflyClient.builder().app("support-desk").orchestration("support").build();
 *         Agent agent = client.spawn(AgentRequest.of("ticket-4711", "read:data:customer-12345"))) {
 *     answerTicket(agent.bearerHeader());
 * }
 * }</pre>
 */
public final class MayflyClient implements Broker, AutoCloseable {
    /** How often a proof that came too late is made anew: such a refusal has done nothing. */
    private static final int MAXIMUM_PROOFS = 4;

    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(20);

    private final Channel channel;
    private final String orchestration;
    private final BiConsumer<Agent, MayflyException> releaseFailed;

    private MayflyClient(Builder options) {
        Path path = options.socketPath == null ? SocketPaths.agents() : options.socketPath;
        channel =
                new Channel(
                        path, options.identity, options.times(), Frame.MAXIMUM_SENT_UNNAMED);
        orchestration = options.orchestration;
        releaseFailed = options.releaseFailed;
    }

    /** A client of the broker on this host. */
    public static Builder builder() {
        return new Builder();
    }

    /** How a client behaves. */
    public static final class Builder {
        private Path socketPath;
        private Apps.AuthenticateRequest identity;
        private String orchestration;
        private Duration callTimeout = Duration.ofSeconds(10);
        private Duration connectTimeout = Duration.ofSeconds(5);
        private Duration brokerWait = Duration.ZERO;
        private BiConsumer<Agent, MayflyException> releaseFailed = (agent, error) -> {};

        private Builder() {}

        /**
         * Of the broker's agent socket; else {@code MAYFLY_SOCKET}, else {@code
         * $XDG_RUNTIME_DIR/mayfly/agent.sock} where that exists, else {@code
         * /run/mayfly/agent.sock}.
         */
        public Builder socketPath(Path path) {
            socketPath = path;
            return this;
        }

        /**
         * The app to speak for, as the operator registered it for this process's uid. None is
         * enough to validate, register, renew, delegate and release.
         */
        public Builder app(String name) {
            identity = Apps.AuthenticateRequest.newBuilder().setApp(name).build();
            return this;
        }

        /** The app that a client id and its secret prove, whatever the uid. */
        public Builder credentials(String clientId, String clientSecret) {
            identity =
                    Apps.AuthenticateRequest.newBuilder()
                            .setClientId(clientId)
                            .setClientSecret(clientSecret)
                            .build();
            return this;
        }

        /** Of spawns that name none. */
        public Builder orchestration(String orchestration) {
            this.orchestration = orchestration;
            return this;
        }

        /** How long a call waits for its answer; 10 seconds. */
        public Builder callTimeout(Duration timeout) {
            callTimeout = timeout;
            return this;
        }

        /** How long a new connection may take to be ready; 5 seconds. */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = timeout;
            return this;
        }

        /** How long to wait for a broker that is not there; not at all. */
        public Builder brokerWait(Duration wait) {
            brokerWait = wait;
            return this;
        }

        /** Told of an agent that its try block could not release: it ends at its expiry. */
        public Builder releaseFailed(BiConsumer<Agent, MayflyException> listener) {
            releaseFailed = Objects.requireNonNull(listener);
            return this;
        }

        /** The client; nothing is connected yet. */
        public MayflyClient build() {
            return new MayflyClient(this);
        }

        private Channel.Times times() {
            return new Channel.Times(callTimeout, connectTimeout, brokerWait);
        }
    }

    /**
     * Connects and names the app now, so that the first call does not have to.
     *
     * @throws RefusedException APP_NOT_ALLOWED where the app is not open to this uid, or
     *     CREDENTIALS_INVALID
     */
    public void connect() {
        channel.connect();
    }

    /** Ends the connection. Calls under way and calls to come throw {@link ClosedException}. */
    @Override
    public void close() {
        channel.close();
    }

    // Agents

    /**
     * Gives one new agent its identity and its token, proven by the agent's own key. When this
     * returns, the spawn is on the broker's disk and in its audit.
     *
     * @throws RefusedException for example SCOPE_VIOLATION or ORCHESTRATION_NOT_OWNED
     * @throws OutcomeUnknownException where the reply was lost
     */
    public Agent spawn(AgentRequest request) {
        requireApp();
        AgentRequest resolved = request.resolved(orchestration);
        Agents.SpawnResponse response =
                prove(
                        Method.SPAWN,
                        Channel.Repetition.FORBIDDEN,
                        Channel.Need.ANY,
                        session -> ProvenMessages.spawn(session, resolved));
        return agent(response.hasAgent(), response.getAgent(), resolved);
    }

    /**
     * Spawns up to 1,024 agents, all or none, vouched for by a key that the operator registered for
     * the app: one signature where each agent's own would be one each.
     *
     * @return in the order of the requests
     * @throws RefusedException as {@link #spawn}, and ATTESTATION_KEY_UNKNOWN or BATCH_SIZE
     */
    public List<Agent> spawnBatch(List<AgentRequest> requests, AgentKey attestationKey) {
        requireApp();
        List<AgentRequest> resolved =
                requests.stream().map(request -> request.resolved(orchestration)).toList();
        Agents.SpawnBatchResponse response =
                prove(
                        Method.SPAWN_BATCH,
                        Channel.Repetition.FORBIDDEN,
                        Channel.Need.ANY,
                        session ->
                                ProvenMessages.spawnBatch(session, resolved, attestationKey));
        if (response.getAgentsCount() != resolved.size()) {
            throw Wire.unknownOutcome(
                    response.getAgentsCount() + " agents came, not " + resolved.size());
        }
        List<Agent> agents = new ArrayList<>();
        for (int index = 0; index < resolved.size(); index++) {
            agents.add(agent(true, response.getAgents(index), resolved.get(index)));
        }
        return agents;
    }

    /** As {@link #register(AgentRequest, String, boolean)}, beside what was granted before. */
    public Agent register(AgentRequest request, String launchToken) {
        return register(request, launchToken, false);
    }

    /**
     * Registers the calling agent with a launch token, proven by the agent's own key. Needs no app:
     * the launch token says which.
     *
     * @param launchToken the secret as it was shown
     * @param supersede ends what was granted before under the same orchestration and task: for an
     *     agent that takes the place of a crashed one
     * @throws RefusedException for example LAUNCH_TOKEN_INVALID or SCOPE_VIOLATION
     * @throws OutcomeUnknownException where the reply was lost: the launch token may be used up
     */
    public Agent register(AgentRequest request, String launchToken, boolean supersede) {
        AgentRequest resolved = request.resolved(orchestration);
        Agents.RegisterResponse response =
                prove(
                        Method.REGISTER,
                        Channel.Repetition.FORBIDDEN,
                        Channel.Need.FRESH,
                        session ->
                                ProvenMessages.register(
                                        session, resolved, launchToken, supersede));
        return agent(response.hasAgent(), response.getAgent(), resolved);
    }

    /** The agent of a token and a key that came another way: of a delegation to it, or kept. */
    public Agent adopt(IssuedToken issued, AgentKey key) {
        Holding holding = Holding.in(Holding.claimsOf(issued.token()));
        return new Agent(this, issued, key, holding == null ? List.of() : holding.scope());
    }

    /**
     * The public face of a live agent.
     *
     * @throws RefusedException DELEGATE_UNKNOWN where no such agent lives
     */
    public AgentDescription describe(String agentId) {
        var request = Agents.DescribeRequest.newBuilder().setAgentId(agentId).build();
        Agents.DescribeResponse response = ask(Method.DESCRIBE, request);
        return new AgentDescription(
                response.getAgentId(),
                response.getPublicKey().toByteArray(),
                response.getGrantId(),
                Wire.instant(response.getExpiresAt()),
                Wire.instant(response.getNotAfter()),
                response.getRoot());
    }

    /**
     * Gives the grant behind a token a new token; the old one is dead before the new one is there.
     * Safe to repeat with the same id within 30 seconds, which this does by itself where the
     * connection is lost under it.
     *
     * @param key that the token is bound to
     * @throws RefusedException for example TOKEN_NOT_VALID, GRANT_HAS_CHILDREN or
     *     RENEWALS_EXHAUSTED
     */
    public IssuedToken renew(String token, AgentKey key, Renewal renewal) {
        if (renewal.scope() != null && renewal.scope().isEmpty()) {
            throw new InvalidRequestException(
                    "a renewal keeps the scope or names a narrower one");
        }
        Agents.RenewResponse response =
                prove(
                        Method.RENEW,
                        Channel.Repetition.ALLOWED,
                        Channel.Need.ANY,
                        session -> ProvenMessages.renew(session, token, key, renewal));
        return issued(response.hasAgent(), response.getAgent());
    }

    /**
     * Delegates a part of what a token states to another live agent. The delegator's key signs the
     * hop, which is the proof; the new token is bound to the delegate's key. Needs no app.
     *
     * @param key that the delegator's token is bound to
     * @return the delegate's, to be handed over
     * @throws RefusedException for example DELEGATE_UNKNOWN, SCOPE_VIOLATION or DEPTH_EXCEEDED
     * @throws OutcomeUnknownException where the reply was lost
     */
    public IssuedToken delegate(String token, AgentKey key, Delegation terms) {
        Holding holding = holding(token);
        // The root statement is in the delegator's grant, and no token of depth 0 repeats it.
        String root = holding.previous() == null ? describe(holding.agent()).root() : null;
        var hop =
                new HopDraft(
                        holding, HopDraft.previous(holding, root), key, describe(terms.to()),
                        terms);
        Agents.DelegateResponse response =
                prove(
                        Method.DELEGATE,
                        Channel.Repetition.FORBIDDEN,
                        Channel.Need.ANY,
                        session ->
                                Agents.DelegateRequest.newBuilder()
                                        .setToken(token)
                                        .setHop(hop.signed(session))
                                        .setByReference(terms.byReference())
                                        .build());
        return issued(response.hasAgent(), response.getAgent());
    }

    /**
     * Says that an agent is alive, and what it is doing. Needed where its app has a heartbeat
     * policy.
     *
     * @return when its token ends
     * @throws RefusedException TOKEN_NOT_VALID
     */
    public Instant heartbeat(String token, AgentState state) {
        var request =
                Agents.HeartbeatRequest.newBuilder()
                        .setToken(token)
                        .setState(Grants.AgentState.forNumber(state.ordinal()))
                        .build();
        return Wire.instant(ask(Method.HEARTBEAT, request).getExpiresAt());
    }

    // Tokens

    /** Says whether a token is valid at this moment: a revocation acknowledged before is seen. */
    public Validation validate(String token) {
        return validate(token, ValidationRequest.plain());
    }

    /**
     * Says whether a token is good for what is asked, at this moment.
     *
     * @throws RefusedException AUTHENTICATION_REQUIRED where a use is to be consumed without an app
     */
    public Validation validate(String token, ValidationRequest request) {
        Agents.ValidateResponse response =
                channel.call(
                        Method.VALIDATE,
                        request.repetition(),
                        Channel.Need.NONE,
                        session -> request.message(token));
        return validation(response, request);
    }

    /** Says of up to 1,024 tokens whether they are valid, in their order. */
    public List<Validation> validateBatch(List<String> tokens, ValidationRequest request) {
        var items = tokens.stream().map(request::message).toList();
        Agents.ValidateBatchResponse response =
                channel.call(
                        Method.VALIDATE_BATCH,
                        request.repetition(),
                        Channel.Need.NONE,
                        session ->
                                Agents.ValidateBatchRequest.newBuilder()
                                        .addAllItems(items)
                                        .build());
        if (response.getItemsCount() != tokens.size()) {
            throw new ProtocolException("the answer is not about the tokens that were asked about");
        }
        return response.getItemsList().stream().map(item -> validation(item, request)).toList();
    }

    private static Validation validation(
            Agents.ValidateResponse response, ValidationRequest request) {
        if (!response.getValid()) {
            return new Validation(false, null, null, 0);
        }
        Claims claims = null;
        if (!request.omitClaims()) {
            claims = Claims.of(response.getClaims().toByteArray());
            if (claims == null) {
                throw new ProtocolException("the claims are not JSON");
            }
        }
        return new Validation(
                true, claims, Wire.instant(response.getExpiresAt()), response.getUsesLeft());
    }

    @Override
    public Claims ask(String token, List<String> scope, String audience, boolean consumeUse) {
        return validate(token, new ValidationRequest(scope, audience, consumeUse, false)).claims();
    }

    /**
     * Ends the grant behind a token, and all that hangs on it. Whoever holds the token may.
     *
     * @return false where it was not live: also where the reply was lost and the repeated call
     *     found it ended
     */
    public boolean release(String token) {
        var request = Agents.ReleaseRequest.newBuilder().setToken(token).build();
        return ask(Method.RELEASE, request).getEnded();
    }

    /**
     * Ends a grant of the client's own app by its id.
     *
     * @throws RefusedException AUTHENTICATION_REQUIRED without an app
     */
    public boolean releaseGrant(String grantId) {
        var request = Agents.ReleaseRequest.newBuilder().setGrantId(grantId).build();
        return ask(Method.RELEASE, request).getEnded();
    }

    /**
     * Ends the grants behind up to 1,024 tokens; in their order, whether each was live until now.
     */
    public List<Boolean> releaseBatch(List<String> tokens) {
        var request = Agents.ReleaseBatchRequest.newBuilder();
        for (String token : tokens) {
            request.addItems(Agents.ReleaseRequest.newBuilder().setToken(token));
        }
        List<Boolean> ended = ask(Method.RELEASE_BATCH, request.build()).getEndedList();
        if (ended.size() != tokens.size()) {
            throw new ProtocolException("the answer is not about the tokens that were released");
        }
        return List.copyOf(ended);
    }

    void releaseQuietly(Agent agent) {
        try {
            agent.release();
        } catch (MayflyException error) {
            releaseFailed.accept(agent, error);
        }
    }

    // The app

    /** As {@link #createLaunchToken(List, Duration, Duration, String)}, for 30 seconds. */
    public LaunchToken createLaunchToken(String... ceiling) {
        return createLaunchToken(List.of(ceiling), null, null, null);
    }

    /**
     * A single-use secret with which one agent process registers itself.
     *
     * @param ceiling 1 to 32 scopes inside the app's: the most that the agent may ask for
     * @param lifetime 1 to 3,600 seconds; null takes 30
     * @param maximumAgentLifetime null takes the app's maximum
     * @param label what the audit calls it; null for nothing
     * @throws RefusedException for example SCOPE_VIOLATION or LAUNCH_TOKENS_EXHAUSTED
     */
    public LaunchToken createLaunchToken(
            List<String> ceiling, Duration lifetime, Duration maximumAgentLifetime, String label) {
        var request =
                Apps.CreateLaunchTokenRequest.newBuilder()
                        .setLabel(label == null ? "" : label)
                        .addAllCeiling(ceiling)
                        .setTtlSeconds(Wire.seconds(lifetime))
                        .setMaxAgentTtlSeconds(Wire.seconds(maximumAgentLifetime))
                        .build();
        Apps.CreateLaunchTokenResponse response = ask(Method.CREATE_LAUNCH_TOKEN, request);
        return new LaunchToken(
                response.getLaunchToken(), Wire.instant(response.getExpiresAt()));
    }

    /**
     * The app's own live grants, all pages of them. A grant that comes or goes meanwhile may be
     * missed.
     *
     * @param orchestration only of this one; null means any
     * @param task only of this one; null means any
     */
    public List<Grant> grants(String orchestration, String task) {
        List<Grant> grants = new ArrayList<>();
        String cursor = "";
        do {
            var request =
                    Apps.AppsListGrantsRequest.newBuilder()
                            .setOrchId(orchestration == null ? "" : orchestration)
                            .setTaskId(task == null ? "" : task)
                            .setCursor(cursor)
                            .build();
            Apps.AppsListGrantsResponse page = ask(Method.LIST_GRANTS, request);
            page.getGrantsList().forEach(summary -> grants.add(Grant.of(summary)));
            cursor = page.getCursor();
        } while (!cursor.isEmpty());
        return grants;
    }

    // Trust

    /** The broker's public keys for tokens, current and retired. Needs no app. */
    @Override
    public BrokerKeys keys() {
        Trust.GetKeysResponse response =
                ask(Method.GET_KEYS, Trust.GetKeysRequest.getDefaultInstance());
        List<byte[]> keys =
                response.getKeysList().stream()
                        .filter(key -> key.getUse() == Trust.KeyUse.KEY_USE_TOKEN)
                        .map(key -> key.getPublicKey().toByteArray())
                        .toList();
        return new BrokerKeys(response.getIssuer(), keys);
    }

    /**
     * Every end before expiry, batch by batch, on a connection of its own. Reconnecting is the
     * caller's, with the position of the last batch that it handled: {@link #followRevocations()}
     * does it.
     *
     * @param afterPosition 0 asks for everything still kept
     */
    public RevocationStream watchRevocations(long afterPosition) {
        return new RevocationStream(channel.separateLink(), afterPosition, SILENCE_LIMIT);
    }

    /** Follows every end before expiry and remembers it, for a verifier. */
    public RevocationFollower followRevocations() {
        return followRevocations(new RevocationSet());
    }

    /** As {@link #followRevocations()}, into a set of another size. */
    public RevocationFollower followRevocations(RevocationSet ended) {
        return new RevocationFollower(this::watchRevocations, ended);
    }

    // Proofs

    private <Response extends MessageLite> Response ask(
            Method<Response> method, MessageLite request) {
        return channel.call(
                method, Channel.Repetition.ALLOWED, Channel.Need.NONE, session -> request);
    }

    /**
     * Makes a call that carries a proof, with a new one where the one before came too late: it can
     * be overtaken by a thousand others, and a clock can have been set.
     */
    private <Response extends MessageLite> Response prove(
            Method<Response> method,
            Channel.Repetition repetition,
            Channel.Need need,
            Function<Session, MessageLite> makeRequest) {
        Channel.Need current = need;
        for (int proofs = 1; ; proofs++) {
            try {
                return channel.call(method, repetition, current, makeRequest);
            } catch (RefusedException refused) {
                if (proofs == MAXIMUM_PROOFS) {
                    throw refused;
                }
                switch (refused.reason()) {
                    case "PROOF_REPLAYED" -> {}
                    case "CHALLENGE_EXPIRED", "HOP_EXPIRED" -> current = Channel.Need.FRESH;
                    default -> throw refused;
                }
            }
        }
    }

    /** Without an app there is no challenge to sign. */
    private void requireApp() {
        if (!channel.speaksForApp()) {
            throw RefusedException.here(
                    "AUTHENTICATION_REQUIRED", "only an app can spawn: name one");
        }
    }

    private Agent agent(boolean isThere, Agents.SpawnedAgent answer, AgentRequest request) {
        return new Agent(this, issued(isThere, answer), request.key(), request.scope());
    }

    private static IssuedToken issued(boolean isThere, Agents.SpawnedAgent answer) {
        if (!isThere) {
            throw Wire.unknownOutcome("the answer names no agent");
        }
        return Wire.issued(answer);
    }

    /** What a token says its agent holds; of a token by reference the broker says it. */
    private Holding holding(String token) {
        Holding inline = Holding.in(Holding.claimsOf(token));
        if (inline != null) {
            return inline;
        }
        Validation validation = validate(token);
        if (!validation.isValid()) {
            throw RefusedException.here("TOKEN_NOT_VALID", "the token is not valid");
        }
        Map<String, Object> claims = validation.claims().asMap();
        Holding holding = Holding.in(claims);
        if (holding == null) {
            throw new InvalidRequestException("this token's claims cannot be delegated from");
        }
        return holding;
    }
}
