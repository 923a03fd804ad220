package dev.mayfly;

import com.google.protobuf.MessageLite;
import dev.mayfly.internal.generated.mayfly.v1.Agents;
import dev.mayfly.internal.generated.mayfly.v1.Apps;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;

/**
 * The way to one broker: a link when there is one, a new one when it is gone, and what a call does
 * when it is lost in between.
 */
final class Channel {
    /** What a request needs of the connection's session. */
    enum Need {
        /** Nothing: it carries no proof. */
        NONE,
        /** A challenge to sign. */
        ANY,
        /** One asked for now, which opens the time for a Register and tells the broker's clock. */
        FRESH
    }

    /** Whether a call may be made again when its reply is lost. */
    enum Repetition {
        ALLOWED,
        /** Made twice it would do twice. */
        FORBIDDEN
    }

    /** How long things may take. */
    record Times(Duration call, Duration connect, Duration brokerWait) {}

    /** A link that is ready for calls. */
    private static final class Connection {
        final Link link;
        final int limit;
        // Under its own lock: null until a challenge was asked for.
        Session session;

        Connection(Link link, int limit, Session session) {
            this.link = link;
            this.limit = limit;
            this.session = session;
        }
    }

    /** A link may be found lost before anything was sent; then another is tried, a few times. */
    private static final int MAXIMUM_ATTEMPTS = 4;

    private static final long DIAL_INTERVAL_MILLISECONDS = 20;

    private final Path path;
    private final Apps.AuthenticateRequest identity;
    private final Times times;
    private final int firstLimit;

    /** Held while connecting: whoever comes meanwhile waits for the same link. */
    private final Object connecting = new Object();

    private volatile Connection current;
    private volatile boolean isClosed;

    /**
     * A way that is not gone yet.
     *
     * @param identity of every connection; null names no app
     * @param firstLimit on a request's frame while no app is named, in bytes
     */
    Channel(Path path, Apps.AuthenticateRequest identity, Times times, int firstLimit) {
        this.path = path;
        this.identity = identity;
        this.times = times;
        this.firstLimit = firstLimit;
    }

    boolean speaksForApp() {
        return identity != null;
    }

    void connect() {
        connected();
    }

    /** Calls under way fail, and so does every call from now on. */
    void close() {
        isClosed = true;
        Connection connection = current;
        if (connection != null) {
            connection.link.close(new ClosedException());
        }
    }

    /** A link of its own that speaks for no app: for a stream, which may be cut as a whole. */
    Link separateLink() {
        if (isClosed) {
            throw new ClosedException();
        }
        return dial();
    }

    /**
     * Makes a call and waits for its answer.
     *
     * @param makeRequest makes it anew for each connection; with NONE the session may be null
     */
    <Response extends MessageLite> Response call(
            Method<Response> method,
            Repetition repetition,
            Need need,
            Function<Session, MessageLite> makeRequest) {
        boolean wasRepeated = false;
        for (int attempt = 1; ; attempt++) {
            Connection connection = connected();
            try {
                Session session = session(connection, need);
                return connection.link.call(
                        method, makeRequest.apply(session), connection.limit, times.call());
            } catch (Link.Failure failure) {
                boolean isLost = failure.error instanceof ConnectionException;
                if (isLost && !failure.wasSent && attempt < MAXIMUM_ATTEMPTS) {
                    continue;
                }
                if (isLost && repetition == Repetition.ALLOWED && !wasRepeated) {
                    wasRepeated = true;
                    continue;
                }
                if (failure.wasSent && repetition == Repetition.FORBIDDEN) {
                    throw new OutcomeUnknownException(failure.error);
                }
                throw failure.error;
            }
        }
    }

    private Session session(Connection connection, Need need) throws Link.Failure {
        synchronized (connection) {
            if (need == Need.NONE || (need == Need.ANY && connection.session != null)) {
                return connection.session;
            }
        }
        Agents.ChallengeResponse response;
        try {
            response =
                    connection.link.call(
                            Method.CHALLENGE,
                            Agents.ChallengeRequest.getDefaultInstance(),
                            connection.limit,
                            times.call());
        } catch (Link.Failure failure) {
            // Of the call itself nothing was sent.
            throw new Link.Failure(failure.error, false);
        }
        try {
            return adopt(response, connection);
        } catch (ProtocolException violation) {
            connection.link.close(violation);
            throw violation;
        }
    }

    /** A challenge stays the same, and so must the numbers of the proofs over it. */
    private static Session adopt(Agents.ChallengeResponse response, Connection connection) {
        byte[] challenge = response.getChallenge().toByteArray();
        long now = response.getNowMilliseconds();
        synchronized (connection) {
            if (connection.session == null) {
                connection.session = new Session(challenge, response.getIssuer(), now);
            } else if (!Arrays.equals(connection.session.challenge(), challenge)) {
                throw new ProtocolException("a connection's challenge changed");
            } else {
                connection.session.setClock(now);
            }
            return connection.session;
        }
    }

    private Connection connected() {
        Connection connection = current;
        if (connection == null || connection.link.isOver()) {
            synchronized (connecting) {
                connection = current;
                if (connection == null || connection.link.isOver()) {
                    if (isClosed) {
                        throw new ClosedException();
                    }
                    connection = open();
                    current = connection;
                }
            }
        }
        if (isClosed) {
            connection.link.close(new ClosedException());
            throw new ClosedException();
        }
        return connection;
    }

    private Connection open() {
        Link link = dial();
        if (identity == null) {
            return new Connection(link, firstLimit, null);
        }
        try {
            Apps.AuthenticateResponse response =
                    link.call(Method.AUTHENTICATE, identity, firstLimit, times.connect());
            var session =
                    new Session(
                            response.getChallenge().toByteArray(),
                            response.getIssuer(),
                            response.getNowMilliseconds());
            return new Connection(link, Frame.MAXIMUM_SENT, session);
        } catch (Link.Failure failure) {
            link.close(failure.error);
            throw failure.error;
        } catch (MayflyException error) {
            link.close(error);
            throw error;
        }
    }

    /** Dials until the broker is there or it has been waited for long enough. */
    private Link dial() {
        long start = System.nanoTime();
        while (true) {
            try {
                return Link.open(path, times.connect());
            } catch (ConnectionException absent) {
                boolean isOver = System.nanoTime() - start >= times.brokerWait().toNanos();
                if (isOver || isClosed) {
                    throw absent;
                }
            }
            try {
                Thread.sleep(DIAL_INTERVAL_MILLISECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CancelledException("the calling thread was interrupted");
            }
        }
    }
}
