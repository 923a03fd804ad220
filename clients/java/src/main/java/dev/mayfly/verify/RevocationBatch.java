package dev.mayfly.verify;

import java.time.Instant;
import java.util.List;

/**
 * One message of the stream of ends.
 *
 * @param position of its last digest: where a stream goes on behind it
 * @param digests what ended; none in a heartbeat
 * @param firstIssueAt tokens issued before this are dead
 * @param hasGap ends before this batch were lost to this stream: the broker has to be asked about
 *     tokens until a stream from position 0 has caught up
 * @param isCurrent every end from before the stream was asked for has come
 */
public record RevocationBatch(
        long position,
        List<RevocationDigest> digests,
        Instant firstIssueAt,
        boolean hasGap,
        boolean isCurrent) {}
