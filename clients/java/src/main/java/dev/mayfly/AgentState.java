package dev.mayfly;

/** What an agent says it is doing. */
public enum AgentState {
    /** It has said nothing, or something that this version does not know. */
    UNSPECIFIED,
    /** It works. */
    ACTIVE,
    /** It waits for something to do. */
    IDLE,
    /** It is about to end. */
    COMPLETING
}
