package dev.mayfly;

import java.util.Map;

/** The broker decided against the request; nothing was changed. */
public final class RefusedException extends MayflyException {
    private static final long serialVersionUID = 1L;

    private final String status;
    private final transient Map<String, String> metadata;

    /** Made by the client. */
    RefusedException(String status, String reason, String message, Map<String, String> metadata) {
        super(reason.isEmpty() ? status : reason, message, null);
        this.status = status;
        this.metadata = Map.copyOf(metadata);
    }

    /** What the broker would say, without asking it. */
    static RefusedException here(String reason, String message) {
        return new RefusedException("UNAUTHENTICATED", reason, message, Map.of());
    }

    /** The stable reason, for example {@code SCOPE_VIOLATION}: proto/PROTOCOL.md lists them all. */
    public String reason() {
        return code();
    }

    /** The gRPC status code in upper case, for example {@code PERMISSION_DENIED}. */
    public String status() {
        return status;
    }

    /** What goes with the reason, by name; mostly empty. */
    public Map<String, String> metadata() {
        return metadata == null ? Map.of() : metadata;
    }
}
