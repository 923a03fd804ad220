internal import Glibc

/// The system's wall clock, which anyone with the right to set it may set to anything.
enum WallClock {
    /// Since the Unix epoch; 0 for times before it.
    static var milliseconds: UInt64 {
        let system = BrokerClock.milliseconds(of: CLOCK_REALTIME)
        #if MAYFLY_FAULTS
            return UInt64(max(0, Int64(clamping: system) + faultMilliseconds))
        #else
            return system
        #endif
    }

    #if MAYFLY_FAULTS
        /// So that a test can set the clock of a running broker and not the machine's: the file
        /// named by MAYFLY_FAULT_WALL_CLOCK holds what to add, in milliseconds, as decimal text.
        private static var faultMilliseconds: Int64 {
            guard let path = faultPath else { return 0 }
            guard let file = Descriptor(owning: open(path, O_RDONLY | O_CLOEXEC)) else { return 0 }
            return withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
                let count = read(file.rawValue, buffer.baseAddress, buffer.count)
                guard count > 0 else { return 0 }
                let text = String(decoding: buffer[..<count], as: UTF8.self)
                return Int64(text.filter { !$0.isWhitespace }) ?? 0
            }
        }

        private static let faultPath: String? = getenv("MAYFLY_FAULT_WALL_CLOCK").map {
            String(cString: $0)
        }
    #endif
}
