internal import MayflyWire

/// What becomes of an agent of an app that misses its heartbeats.
public enum HeartbeatPolicy: Equatable, Sendable {
    /// Nothing.
    case none
    /// It is marked, and the audit says so once. The interval is 1 to 86,400 whole seconds.
    case flag(interval: Duration)
    /// Its grant ends. The interval is 1 to 86,400 whole seconds.
    case end(interval: Duration)

    init(_ policy: HeartbeatPolicyMessage, intervalSeconds: UInt32) {
        switch policy {
        case .flag: self = .flag(interval: .seconds(intervalSeconds))
        case .end: self = .end(interval: .seconds(intervalSeconds))
        default: self = .none
        }
    }

    var message: HeartbeatPolicyMessage {
        switch self {
        case .none: .nothing
        case .flag: .flag
        case .end: .end
        }
    }

    /// Whole seconds; 0 where nothing is awaited.
    func intervalSeconds() throws(MayflyError) -> UInt32 {
        switch self {
        case .none: 0
        case .flag(let interval), .end(let interval): try wireSeconds(interval)
        }
    }
}
