#if MAYFLY_FAULTS
    internal import Glibc
#endif

/// How long a peer may take before its connection is closed: milliseconds.
struct Patience: Sendable {
    /// From the first byte of a frame to its last.
    var frame: UInt64 = 10_000
    /// With answers unread and the socket full.
    var blocked: UInt64 = 30_000
    /// Without any traffic, and nothing under way.
    var idle: UInt64

    init(idleSeconds: UInt32) {
        idle = UInt64(idleSeconds) * 1_000
        #if MAYFLY_FAULTS
            // So that a test of these limits need not wait for them.
            if let text = getenv("MAYFLY_FAULT_PATIENCE"), let short = UInt64(String(cString: text))
            {
                frame = short
                blocked = short
            }
        #endif
    }
}
