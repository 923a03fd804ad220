/// The first thing found wrong with a log, and where.
package enum AuditFault: Equatable, Sendable {
    /// The log goes on with another event than the one that is due.
    case missingEvent(sequence: UInt64, found: Int64)
    case malformedEvent(sequence: UInt64, problem: String)
    /// The event's bytes say that its place is another.
    case displacedEvent(sequence: UInt64, says: UInt64)
    case timeRunsBackwards(sequence: UInt64)
    /// Not signed by the key, or not about this log.
    case checkpointNotSigned(size: Int64)
    /// Signed for another tree than the events make.
    case checkpointMismatch(size: UInt64)
    /// Signed for more events than there are.
    case checkpointBeyondLog(size: UInt64, events: UInt64)
    case heldCheckpointNotSigned
    case heldCheckpointMismatch(size: UInt64)
    case heldCheckpointBeyondLog(size: UInt64, events: UInt64)
}

extension AuditFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missingEvent(let sequence, let found):
            "event \(sequence) is missing; the next one is \(found)"
        case .malformedEvent(let sequence, let problem):
            "event \(sequence) is malformed: \(problem)"
        case .displacedEvent(let sequence, let says):
            "event \(sequence) was written as event \(says)"
        case .timeRunsBackwards(let sequence):
            "event \(sequence) is earlier than the one before it"
        case .checkpointNotSigned(let size):
            "the checkpoint at \(size) is not signed by this key for this log"
        case .checkpointMismatch(let size):
            "the first \(size) events are not those that the checkpoint at \(size) was signed for"
        case .checkpointBeyondLog(let size, let events):
            "a checkpoint was signed for \(size) events, and there are \(events)"
        case .heldCheckpointNotSigned:
            "the checkpoint held outside is not signed by this key for this log"
        case .heldCheckpointMismatch(let size):
            "the first \(size) events are not those that the checkpoint held outside was signed for"
        case .heldCheckpointBeyondLog(let size, let events):
            "the checkpoint held outside was signed for \(size) events, and there are \(events)"
        }
    }
}

/// What a verifier found.
package struct AuditReport: Equatable, Sendable {
    /// Events read, up to the fault if there is one.
    package var events: UInt64 = 0
    /// Stored checkpoints found good.
    package var checkpoints: UInt64 = 0
    /// Events that a good checkpoint covers; behind these an edit would not show yet.
    package var coveredEvents: UInt64 = 0
    /// The root over the events read, in hex.
    package var root = ""
    package var fault: AuditFault?

    package var isSound: Bool { fault == nil }
}
