package dev.mayfly.verify;

import java.util.Locale;

/** At which level an end is announced. */
public enum RevocationLevel {
    /** One token, by its {@code jti}: another one of its grant took its place. */
    TOKEN,
    /** One grant, by its id. */
    GRANT,
    /** An agent, by its SPIFFE ID: its own grant, and all that it holds. */
    AGENT,
    /** A task, as {@code task} of all orchestrations or as {@code orchestration/task}. */
    TASK,
    /** All that was delegated from one root, by the root's grant id. */
    CHAIN;

    /** On the wire. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
