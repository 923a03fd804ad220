/// Where things lie when nobody says.
///
/// systemd's directories when it gave some, the system's for root, and the user's own for everyone
/// else (XDG Base Directory Specification). A path that cannot be known is nil.
struct StandardPaths: Equatable {
    var configurationFile: String?
    var dataDirectory: String?
    var runtimeDirectory: String?
    /// A system's broker serves a group, a user's broker that user.
    var agentSocketMode: UInt32

    init(userID: UInt32, environment: Environment) {
        func directory(_ name: String) -> String? {
            // systemd separates several directories with colons; relative ones mean nothing.
            guard let first = environment(name)?.split(separator: ":").first,
                first.utf8.first == UInt8(ascii: "/")
            else { return nil }
            return String(first)
        }
        let home = directory("HOME")
        let isSystem = userID == 0
        let givenRuntime = directory("RUNTIME_DIRECTORY")
        configurationFile =
            isSystem || givenRuntime != nil
            ? "/etc/mayfly/mayfly.toml"
            : (directory("XDG_CONFIG_HOME") ?? home.map { $0 + "/.config" })
                .map { $0 + "/mayfly/mayfly.toml" }
        dataDirectory =
            directory("STATE_DIRECTORY")
            ?? (isSystem
                ? "/var/lib/mayfly"
                : (directory("XDG_STATE_HOME") ?? home.map { $0 + "/.local/state" })
                    .map { $0 + "/mayfly" })
        runtimeDirectory =
            givenRuntime
            ?? (isSystem ? "/run/mayfly" : directory("XDG_RUNTIME_DIR").map { $0 + "/mayfly" })
        agentSocketMode = isSystem || givenRuntime != nil ? 0o660 : 0o600
    }
}
