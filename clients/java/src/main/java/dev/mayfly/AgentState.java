package dev.mayfly;

/** What an agent says it is doing. */
public enum AgentState {
    /** It has said nothing, or something that this version does not know. */
    UNSPECIFIED,
    ACTIVE,
    IDLE,
    COMPLETING
}
