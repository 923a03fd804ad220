package dev.mayfly;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where a broker's sockets are when nobody says. */
final class SocketPaths {
    private SocketPaths() {}

    /** For apps and agents: MAYFLY_SOCKET, else the user's own broker, else the system's. */
    static Path agents() {
        return path("MAYFLY_SOCKET", "agent.sock");
    }

    /** For the operator: MAYFLY_OPERATOR_SOCKET, else as for agents. */
    static Path operator() {
        return path("MAYFLY_OPERATOR_SOCKET", "operator/operator.sock");
    }

    private static Path path(String variable, String tail) {
        String named = System.getenv(variable);
        if (named != null && !named.isEmpty()) {
            return Path.of(named);
        }
        String directory = System.getenv("XDG_RUNTIME_DIR");
        if (directory != null && directory.startsWith("/")) {
            Path path = Path.of(directory, "mayfly", tail);
            if (Files.exists(path)) {
                return path;
            }
        }
        return Path.of("/run/mayfly", tail);
    }
}
