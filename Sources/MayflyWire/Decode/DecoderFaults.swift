#if MAYFLY_FAULTS
    private import Glibc
#endif

/// A deliberate fault, so that the fuzzer can prove that it would find the real thing. A release
/// build does not have it: there it is a constant false.
enum DecoderFaults {
    #if MAYFLY_FAULTS
        /// A length may point one byte past the end of the message.
        static let readsPastEnd: Bool = {
            guard let name = getenv("MAYFLY_FAULT") else { return false }
            return String(cString: name) == "read-past-end"
        }()
    #else
        static var readsPastEnd: Bool { false }
    #endif
}
