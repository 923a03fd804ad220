package dev.mayfly;

import dev.mayfly.verify.RevocationBatch;
import dev.mayfly.verify.RevocationSet;
import dev.mayfly.verify.Revocations;
import java.time.Duration;
import java.util.function.LongFunction;

/**
 * Follows the broker's stream of ends and remembers them, for as long as it is not closed: it
 * connects again when the stream is lost, from where it was.
 *
 * <p>It knows until when it has heard everything. A stream that begins is behind until the broker
 * says that it is current.
 */
public final class RevocationFollower implements Revocations, AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** After more ends than there is room for: the broker sends all that matter again. */
    private static final Duration OVERFLOW_PAUSE = Duration.ofSeconds(60);

    private final LongFunction<RevocationStream> openStream;
    private final RevocationSet ended;
    private final Object lock = new Object();
    // Of the thread.
    private long position;
    // Under the lock.
    private RevocationStream stream;
    private boolean isClosed;
    private boolean isKnown;
    private long knownUntil;

    /** Starts at once, on a thread that does not keep the program from ending. */
    RevocationFollower(LongFunction<RevocationStream> openStream, RevocationSet ended) {
        this.openStream = openStream;
        this.ended = ended;
        var thread = new Thread(this::run, "mayfly-revocations");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public RevocationSet ended() {
        return ended;
    }

    @Override
    public Duration staleFor() {
        synchronized (lock) {
            return isKnown ? Duration.ofNanos(System.nanoTime() - knownUntil) : null;
        }
    }

    /**
     * Waits until it has caught up.
     *
     * @throws CallTimeoutException where it has not, and {@link ClosedException} where it was
     *     closed
     */
    public void awaitCaughtUp(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        synchronized (lock) {
            while (!isKnown && !isClosed) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new CallTimeoutException(
                            "the stream of ends has not caught up in time");
                }
                try {
                    lock.wait(left);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new CancelledException("the calling thread was interrupted");
                }
            }
            if (isClosed) {
                throw new ClosedException();
            }
        }
    }

    /** Forgets what it knows and ends. */
    @Override
    public void close() {
        RevocationStream last;
        synchronized (lock) {
            isClosed = true;
            isKnown = false;
            last = stream;
            lock.notifyAll();
        }
        if (last != null) {
            last.close();
        }
        ended.clear();
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                pause = followOnce();
            } catch (RuntimeException lost) {
                // Whatever it was, what is known grows old, and the next stream may do better.
                Duration longer = pause.multipliedBy(2);
                pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
            }
            if (!pause(pause)) {
                return;
            }
        }
    }

    /** False where it was closed. */
    private boolean pause(Duration pause) {
        long deadline = System.nanoTime() + pause.toNanos();
        synchronized (lock) {
            long left = pause.toMillis();
            while (!isClosed && left > 0) {
                try {
                    lock.wait(left);
                } catch (InterruptedException nobodyDoes) {
                    return false;
                }
                left = (deadline - System.nanoTime()) / 1_000_000;
            }
            return !isClosed;
        }
    }

    /** Gives the pause before the next stream. */
    private Duration followOnce() {
        boolean isFirst = true;
        boolean hasCaughtUp = false;
        try (RevocationStream opened = open()) {
            while (true) {
                RevocationBatch batch = opened.next();
                if (batch.hasGap()) {
                    beginAnew();
                    return FIRST_PAUSE;
                }
                if (!ended.insert(batch)) {
                    beginAnew();
                    return OVERFLOW_PAUSE;
                }
                position = Math.max(position, batch.position());
                // A heartbeat says so as well: nothing has ended that was not told.
                boolean isHeartbeat = !isFirst && batch.digests().isEmpty();
                hasCaughtUp |= batch.isCurrent() || isHeartbeat;
                if (hasCaughtUp) {
                    heard();
                }
                isFirst = false;
            }
        } catch (MayflyException lost) {
            if (isFirst) {
                throw lost;
            }
            // A stream that was good for something is followed by the next one soon.
            return FIRST_PAUSE;
        }
    }

    private RevocationStream open() {
        RevocationStream opened = openStream.apply(position);
        synchronized (lock) {
            stream = opened;
            if (isClosed) {
                opened.close();
            }
        }
        return opened;
    }

    private void heard() {
        synchronized (lock) {
            isKnown = !isClosed;
            knownUntil = System.nanoTime();
            lock.notifyAll();
        }
    }

    /** Something is missing: only a stream from the beginning has it. */
    private void beginAnew() {
        position = 0;
        synchronized (lock) {
            isKnown = false;
        }
        ended.clear();
    }
}
