internal import MayflyCore
internal import MayflyStore
internal import MayflyWire

/// What only the operator's reactor has: a reader of the audit and the broker's vital signs.
final class OperatorDesk {
    let events: EventReader
    let log: LogWriter
    let vitalSigns: VitalSigns

    init(events: EventReader, log: LogWriter, vitalSigns: VitalSigns) {
        self.events = events
        self.log = log
        self.vitalSigns = vitalSigns
    }
}

/// What does not change while the broker runs, for Operator.Status.
struct VitalSigns: Sendable {
    let version: String
    let startedAt: Instant
    let reactors: Int
}
