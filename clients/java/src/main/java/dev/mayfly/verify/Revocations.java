package dev.mayfly.verify;

import java.time.Duration;

/** What has ended before its expiry, as far as it is known here. */
public interface Revocations {
    /** The ends that are known. */
    RevocationSet ended();

    /** For how long something may have been missed; null before everything was heard once. */
    Duration staleFor();
}
