package dev.mayfly;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mayfly.internal.generated.mayfly.v1.Trust;
import dev.mayfly.verify.RevocationBatch;
import dev.mayfly.verify.RevocationDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Every end before expiry, batch by batch, for one consumer. It has a connection of its own, which
 * ends with {@link #close}.
 *
 * <p>It does not end by itself: {@link #next} throws. A consumer that is too slow gets an {@link
 * EventsLostException}
 * instead of memory being used without end; it goes on with a new stream from the last position
 * that it handled.
 */
public final class RevocationStream implements AutoCloseable {
    /** What may wait to be taken: 2 MiB of digests, and as many heartbeats as come in hours. */
    private static final int MAXIMUM_DIGESTS = 65_536;

    private static final int MAXIMUM_BATCHES = 4_096;

    private final Link link;
    private final Duration silenceLimit;
    private final Deque<RevocationBatch> batches = new ArrayDeque<>();
    private int digests;
    private MayflyException end;

    /** Asks for the stream on a link of its own. */
    RevocationStream(Link link, long afterPosition, Duration silenceLimit) {
        this.link = link;
        this.silenceLimit = silenceLimit;
        var request =
                Trust.WatchRevocationsRequest.newBuilder().setAfterPosition(afterPosition).build();
        try {
            link.stream(Method.WATCH_REVOCATIONS, request, silenceLimit, this::take)
                    .whenComplete(this::finish);
        } catch (Link.Failure failure) {
            link.close(failure.error);
            throw failure.error;
        }
    }

    /**
     * Waits for the next batch.
     *
     * @throws MayflyException with what the stream ended; {@link CallTimeoutException} after more
     *     silence than there may be, as the broker sends a heartbeat every 5 seconds
     */
    public RevocationBatch next() {
        long deadline = System.nanoTime() + silenceLimit.toNanos();
        synchronized (batches) {
            while (batches.isEmpty() && end == null) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    end = new CallTimeoutException("the stream of ends was silent for too long");
                    break;
                }
                try {
                    batches.wait(left);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new CancelledException("the calling thread was interrupted");
                }
            }
            RevocationBatch batch = batches.poll();
            if (batch == null) {
                throw end;
            }
            digests -= batch.digests().size();
            return batch;
        }
    }

    /** Ends the stream and its connection. */
    @Override
    public void close() {
        end(new ClosedException());
    }

    private void take(byte[] data) {
        RevocationBatch batch = batch(data);
        synchronized (batches) {
            if (end != null) {
                return;
            }
            digests += batch.digests().size();
            if (digests <= MAXIMUM_DIGESTS && batches.size() < MAXIMUM_BATCHES) {
                batches.add(batch);
                batches.notifyAll();
                return;
            }
        }
        throw new EventsLostException("batches were not taken fast enough");
    }

    private static RevocationBatch batch(byte[] data) {
        Trust.WatchRevocationsResponse message;
        try {
            message = Trust.WatchRevocationsResponse.parseFrom(data);
        } catch (InvalidProtocolBufferException malformed) {
            throw new ProtocolException("the stream cannot be read", malformed);
        }
        List<RevocationDigest> digests = new ArrayList<>(message.getDigestsCount());
        for (ByteString bytes : message.getDigestsList()) {
            RevocationDigest digest = RevocationDigest.of(bytes.toByteArray());
            if (digest == null) {
                throw new ProtocolException("a digest is 32 bytes, not " + bytes.size());
            }
            digests.add(digest);
        }
        return new RevocationBatch(
                message.getPosition(),
                List.copyOf(digests),
                Wire.instant(message.getFirstIssueAt()),
                message.getGap(),
                message.getCurrent());
    }

    private void finish(ByteString ended, Throwable cause) {
        if (cause instanceof Link.Failure failure) {
            end(failure.error);
        } else if (cause instanceof MayflyException error) {
            end(error);
        } else {
            end(new ConnectionException("the broker ended the stream"));
        }
    }

    /** Nothing more comes; what is there is still given out. */
    private void end(MayflyException error) {
        synchronized (batches) {
            if (end == null) {
                end = error;
            }
            batches.notifyAll();
        }
        link.close(error);
    }
}
