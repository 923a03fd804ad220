/// What one run is to do.
struct Plan: Sendable {
    /// Operations to be answered; a batch counts as what is in it.
    var operations: UInt64
    /// Trials of renewals that race for one token.
    var trials: UInt64
    var limitSeconds: Double
    var seed: UInt64
    var connections: Int
    /// Requests under way on each.
    var depth: Int
    /// Families that live at once.
    var places: Int
    /// Between two disturbances of the broker, on average.
    var calmMilliseconds: Int
    /// A deliberate fault of the broker, to be caught.
    var fault: String?
    var brokerPath: String

    /// Connections to the operator's socket, besides.
    static let operatorConnections = 4
    /// Rivals for one token in a trial.
    static let rivals = 4...8
    static let agentsPerFamily = 3
    /// Of every grant: none expires while it is raced for. Seconds.
    static let lifetimeSeconds: UInt32 = 3_600
    static let scope = "read:data:race"
    static let app = "race"
    static let orchestration = "race"
    /// A database that has grown to this is left behind, at a restart. Bytes.
    static let databaseLimit = 512 << 20
    /// The run ends at so many violations.
    static let violationsTold = 20
    /// A broker that answers nothing for this long, while it is not paused, is stuck. Seconds.
    static let patienceSeconds: UInt64 = 60
}
