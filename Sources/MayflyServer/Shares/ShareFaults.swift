#if MAYFLY_FAULTS
    internal import Glibc
#endif

/// Deliberate faults, so that the tests of fair shares can prove that they would catch the real
/// thing. A release build has none of them: there each is a constant false.
struct ShareFaults: Sendable {
    #if MAYFLY_FAULTS
        /// One share for everybody: whoever comes first takes all of it.
        var hasOnePot = false
        /// No share has a limit.
        var forgetsShares = false

        init(named name: String) {
            hasOnePot = name == "one-pot"
            forgetsShares = name == "forget-shares"
        }

        /// What the environment variable MAYFLY_FAULT asks for.
        static let fromEnvironment = ShareFaults(
            named: getenv("MAYFLY_FAULT").map { String(cString: $0) } ?? "")
        static let none = ShareFaults(named: "")
    #else
        var hasOnePot: Bool { false }
        var forgetsShares: Bool { false }

        static var fromEnvironment: ShareFaults { ShareFaults() }
        static var none: ShareFaults { ShareFaults() }
    #endif
}
