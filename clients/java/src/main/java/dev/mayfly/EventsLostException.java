package dev.mayfly;

/**
 * A stream brought more than its consumer took, and was ended so that memory does not grow. Begin
 * again from the last position that was handled.
 */
public final class EventsLostException extends MayflyException {
    private static final long serialVersionUID = 1L;

    /** Made by the client. */
    EventsLostException(String message) {
        super("EVENTS_LOST", message, null);
    }
}
