package dev.mayfly.verify;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;

/**
 * The ends of a stream, in bounded memory. Each is remembered for at least the retention, which is
 * the longest time that it can matter: in two generations, of which the older is forgotten as a
 * whole. Safe for any number of threads.
 */
public final class RevocationSet {
    /** Ends that are remembered at most, about 100 bytes each. */
    public static final int DEFAULT_CAPACITY = 500_000;

    /** The broker's own default for the longest life there is, and a minute. */
    public static final Duration DEFAULT_RETENTION = Duration.ofSeconds(86_400 + 60);

    private final int capacity;
    private final Duration retention;
    private final LongSupplier nanoseconds;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private Set<RevocationDigest> young = new HashSet<>();
    private Set<RevocationDigest> old = new HashSet<>();
    private long youngSince;
    private long firstIssueAt;

    /** An empty set of the default size. */
    public RevocationSet() {
        this(DEFAULT_CAPACITY, DEFAULT_RETENTION);
    }

    /**
     * An empty set.
     *
     * @param capacity ends that are remembered at most
     * @param retention no less than the broker's longest life and a minute
     */
    public RevocationSet(int capacity, Duration retention) {
        this(capacity, retention, System::nanoTime);
    }

    RevocationSet(int capacity, Duration retention, LongSupplier nanoseconds) {
        this.capacity = capacity;
        this.retention = retention;
        this.nanoseconds = nanoseconds;
        youngSince = nanoseconds.getAsLong();
    }

    /** Ends that are remembered. */
    public int size() {
        lock.readLock().lock();
        try {
            return young.size() + old.size();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Takes in a batch.
     *
     * @return false where there is no room for it: then not every end is known
     */
    public boolean insert(RevocationBatch batch) {
        lock.writeLock().lock();
        try {
            long now = nanoseconds.getAsLong();
            if (now - youngSince >= retention.toNanos()) {
                old = young;
                young = new HashSet<>();
                youngSince = now;
            }
            firstIssueAt = Math.max(firstIssueAt, batch.firstIssueAt().getEpochSecond());
            if (young.size() + old.size() + batch.digests().size() > capacity) {
                return false;
            }
            young.addAll(batch.digests());
            return true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Forgets every end. */
    public void clear() {
        lock.writeLock().lock();
        try {
            young = new HashSet<>();
            old = new HashSet<>();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Whether an end was announced. */
    public boolean contains(RevocationLevel level, String target) {
        return containsAny(List.of(RevocationDigest.of(level, target)));
    }

    /**
     * Whether a token is dead: itself, its grant or one that it hangs on, an agent of its lineage,
     * a task of theirs, its chain, or everything of its time.
     */
    public boolean revokes(VerifiedToken token) {
        return revokes(token, namesOf(token));
    }

    boolean revokes(VerifiedToken token, List<RevocationDigest> names) {
        Instant issuedAt = token.issuedAt();
        lock.readLock().lock();
        try {
            if (issuedAt != null && issuedAt.getEpochSecond() < firstIssueAt) {
                return true;
            }
        } finally {
            lock.readLock().unlock();
        }
        return containsAny(names);
    }

    private boolean containsAny(List<RevocationDigest> names) {
        lock.readLock().lock();
        try {
            for (RevocationDigest name : names) {
                if (young.contains(name) || old.contains(name)) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Whether it remembers for as long as a token lives. */
    boolean covers(VerifiedToken token) {
        Instant issuedAt = token.issuedAt();
        return issuedAt == null
                || token.expiresAt().getEpochSecond() - issuedAt.getEpochSecond()
                        <= retention.toSeconds();
    }

    /** The digests of all that a token's life hangs on. */
    static List<RevocationDigest> namesOf(VerifiedToken token) {
        List<RevocationDigest> names = new ArrayList<>();
        names.add(RevocationDigest.of(RevocationLevel.TOKEN, token.tokenId()));
        names.add(RevocationDigest.of(RevocationLevel.GRANT, token.grantId()));
        for (int index = 0; index < token.lineage().size(); index++) {
            VerifiedToken.Link link = token.lineage().get(index);
            if (index == 0) {
                names.add(RevocationDigest.of(RevocationLevel.CHAIN, link.grantId()));
            }
            String work = link.orchestration() + "/" + link.task();
            names.add(RevocationDigest.of(RevocationLevel.GRANT, link.grantId()));
            names.add(RevocationDigest.of(RevocationLevel.AGENT, link.agentId()));
            names.add(RevocationDigest.of(RevocationLevel.TASK, link.task()));
            names.add(RevocationDigest.of(RevocationLevel.TASK, work));
        }
        return List.copyOf(names);
    }
}
