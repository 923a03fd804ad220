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
 */
public record RevocationBatch(
        long position, List<RevocationDigest> digests, Instant firstIssueAt, boolean hasGap) {}
