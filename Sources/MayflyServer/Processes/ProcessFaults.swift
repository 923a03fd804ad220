internal import Glibc

/// Deliberate faults around processes, for the tests that must catch them, and an old kernel for
/// those that need one. A release build has none of them: there each is a constant false.
struct ProcessFaults: Sendable {
    #if MAYFLY_FAULTS
        /// A process exits and nothing ends.
        var ignoresExits = false
        /// Ancestors are looked at once.
        var skipsSecondLook = false
        /// A bound agent's process may be anything.
        var recognisesNobody = false
        /// No mutant: a kernel before 6.5.
        var hasOldKernel = false

        static let current = ProcessFaults(
            named: getenv("MAYFLY_FAULT").map { String(cString: $0) })

        init(named name: String?) {
            ignoresExits = name == "ignore-exits"
            skipsSecondLook = name == "skip-second-look"
            recognisesNobody = name == "recognise-nobody"
            hasOldKernel = name == "old-kernel"
        }

        /// So that a test can do something at one point of a check: the broker makes the file that
        /// MAYFLY_FAULT_GATE names with `.reached` behind it, and waits for the one with `.open`.
        static func passGate(_ place: StaticString) {
            guard let path = getenv("MAYFLY_FAULT_GATE").map({ String(cString: $0) }),
                getenv("MAYFLY_FAULT_GATE_AT").map({ String(cString: $0) }) == "\(place)"
            else { return }
            close(open(path + ".reached", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
            for _ in 0..<gateMilliseconds where access(path + ".open", F_OK) != 0 {
                _ = poll(nil, 0, 1)
            }
        }

        private static let gateMilliseconds = 10_000
    #else
        var ignoresExits: Bool { false }
        var skipsSecondLook: Bool { false }
        var recognisesNobody: Bool { false }
        var hasOldKernel: Bool { false }
        static var current: ProcessFaults { ProcessFaults() }
        static func passGate(_ place: StaticString) {}
    #endif
}
