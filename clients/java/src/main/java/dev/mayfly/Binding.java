package dev.mayfly;

/** What a grant's life hangs on beyond its expiry. A broker refuses what it does not serve. */
public enum Binding {
    /** Nothing. */
    NONE,
    /** A process: the grant ends when it exits. */
    PROCESS,
    /** The connection that the request came on. */
    CONNECTION
}
