package dev.mayfly;

import java.time.Instant;
import java.util.List;

/**
 * One agent as its holder has it: an identity, a token, and the key behind both. Its end is that of
 * a try block:
 *
 * <pre>{@code
 * try (Agent agent = client.spawn(AgentRequest.of("ticket-4711", "read:data:customer-12345"))) {
 *     answerTicket(agent.bearerHeader());
 * }
 * }</pre>
 *
 * <p>Printing it shows neither token nor key. Safe for any number of threads.
 */
public final class Agent implements AutoCloseable {
    private final MayflyClient client;
    private final AgentKey key;
    private final String id;
    private volatile IssuedToken issued;
    private volatile List<String> scope;

    /** Made by the client. */
    Agent(MayflyClient client, IssuedToken issued, AgentKey key, List<String> scope) {
        this.client = client;
        this.issued = issued;
        this.key = key;
        this.scope = scope;
        id = issued.agentId();
    }

    /** The SPIFFE ID {@code spiffe://{trust domain}/agent/{orchestration}/{task}/{instance}}. */
    public String id() {
        return id;
    }

    /** What it may do; empty where only the broker knows. */
    public List<String> scope() {
        return scope;
    }

    /** The current token: renewal replaces it. */
    public String token() {
        return issued.token();
    }

    /** The value of an {@code Authorization} header that presents the token. */
    public String bearerHeader() {
        return issued.bearerHeader();
    }

    /** 32 lower-case hexadecimal characters, stable over renewals. */
    public String grantId() {
        return issued.grantId();
    }

    /** When the token ends if nothing ends it before. */
    public Instant expiresAt() {
        return issued.expiresAt();
    }

    /** The agent's own key, which its token names. */
    public AgentKey key() {
        return key;
    }

    /** The client that it asks through. */
    public MayflyClient client() {
        return client;
    }

    /** Gives the grant a new token, which takes the old one's place here; the old one is dead. */
    public Agent renew() {
        return renew(Renewal.unchanged());
    }

    /** As {@link #renew()}, under other terms. */
    public Agent renew(Renewal renewal) {
        issued = client.renew(issued.token(), key, renewal);
        if (renewal.scope() != null) {
            scope = renewal.scope();
        }
        return this;
    }

    /**
     * Delegates a part of what it holds to another live agent.
     *
     * @return the other agent's token, worth nothing without its key
     */
    public IssuedToken delegate(Delegation terms) {
        return client.delegate(issued.token(), key, terms);
    }

    /** Says that it is alive, and what it is doing. */
    public Instant heartbeat(AgentState state) {
        return client.heartbeat(issued.token(), state);
    }

    /**
     * Ends the grant and all that hangs on it.
     *
     * @return false where it was not live any more
     */
    public boolean release() {
        return client.release(issued.token());
    }

    /** Releases it. A release that fails is told to the client's listener, and nobody else. */
    @Override
    public void close() {
        client.releaseQuietly(this);
    }

    @Override
    public String toString() {
        return "Agent[" + id + "]";
    }
}
