/// What was reached.
struct Tally {
    /// Operations that were answered, each item of a batch by itself.
    var operations: UInt64 = 0
    var validations: UInt64 = 0
    var foundValid: UInt64 = 0
    var renewals: UInt64 = 0
    var delegations: UInt64 = 0
    var ends: UInt64 = 0
    var spawned: UInt64 = 0
    /// Requests whose answers went with a broker.
    var lost: UInt64 = 0
    /// Renewals of one token on as many connections, all answered.
    var trials: UInt64 = 0
    var pauses: UInt64 = 0
    var kills: UInt64 = 0
    var stops: UInt64 = 0
    /// Brokers with a data directory of their own, after the first.
    var homes: UInt64 = 0

    var sentence: String {
        "\(operations) operations (\(validations) validations, \(foundValid) valid; "
            + "\(renewals) renewals, \(delegations) delegations, \(ends) ends, \(spawned) spawned), "
            + "\(trials) trials; \(pauses) pauses, \(kills) kills, \(stops) stops, \(lost) answers "
            + "lost"
    }
}
