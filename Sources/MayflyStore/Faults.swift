#if MAYFLY_FAULTS
    private import Glibc
#endif

/// Deliberate faults, so that the rigs for power loss, kill and failed disks can prove that they
/// would catch the real thing. A release build has none of them: there each is a constant false.
package struct StoreFaults: Sendable {
    #if MAYFLY_FAULTS
        /// Tell of a group some milliseconds before it is committed.
        var acknowledgeBeforeCommit = false
        /// No mutant: a disk that takes its time, so that a kill finds what did not wait for it.
        var slowCommit = false
        var synchronousNormal = false
        var synchronousOff = false
        /// Go on after a failed commit or copy of the log as if it had succeeded.
        var ignoreFsyncError = false

        package static let none = StoreFaults()

        init() {}

        package init(named name: String) {
            acknowledgeBeforeCommit = name == "acknowledge-before-commit"
            slowCommit = name == "slow-commit"
            synchronousNormal = name == "synchronous-normal"
            synchronousOff = name == "synchronous-off"
            ignoreFsyncError = name == "ignore-fsync-error"
        }

        /// What the environment variable MAYFLY_FAULT asks for.
        package static let fromEnvironment: StoreFaults = {
            guard let name = getenv("MAYFLY_FAULT") else { return .none }
            return StoreFaults(named: String(cString: name))
        }()

        /// Long enough for a kill to find the gap between the word and the deed, on a busy machine too.
        static func lingerBeforeCommit() { usleep(20_000) }
    #else
        var acknowledgeBeforeCommit: Bool { false }
        var slowCommit: Bool { false }
        var synchronousNormal: Bool { false }
        var synchronousOff: Bool { false }
        var ignoreFsyncError: Bool { false }

        package static var none: StoreFaults { StoreFaults() }
        package static var fromEnvironment: StoreFaults { StoreFaults() }
        static func lingerBeforeCommit() {}
    #endif
}
