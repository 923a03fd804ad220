/// The few single values of a store.
enum Meta: String {
    case issuer
    case checkpointKey = "checkpoint_key"
    /// No serial below this was free when it was written.
    case serialBound = "serial_bound"
    /// The boot of the machine whose grants these are.
    case bootID = "boot_id"
    /// Where the log was when that boot began.
    case bootPosition = "boot_position"
    /// Of that boot: the longest life that a grant could be given, in seconds.
    case longestLife = "longest_life"
    /// Of that boot: what CLOCK_BOOTTIME counts from on the broker's clock, in milliseconds.
    case clockAnchor = "clock_anchor"
    /// Of that boot: what the time that is told has on top, in milliseconds.
    case clockOffset = "clock_offset"

    static func text(_ connection: borrowing Connection, _ key: Meta) throws(StoreFailure)
        -> String?
    {
        try connection.text("SELECT value FROM meta WHERE key = '\(key.rawValue)'")
    }

    static func integer(_ connection: borrowing Connection, _ key: Meta) throws(StoreFailure)
        -> Int64?
    {
        try connection.integer("SELECT value FROM meta WHERE key = '\(key.rawValue)'")
    }

    static func write(
        _ connection: borrowing Connection, _ key: Meta, text: String
    ) throws(StoreFailure) {
        let statement = try connection.prepare("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")
        statement.bind(1, key.rawValue)
        statement.bind(2, text)
        try statement.run()
    }

    static func write(
        _ connection: borrowing Connection, _ key: Meta, integer: Int64
    ) throws(StoreFailure) {
        let statement = try connection.prepare("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")
        statement.bind(1, key.rawValue)
        statement.bind(2, integer)
        try statement.run()
    }

    /// Binds a new file to its broker, and refuses one that is bound to another: its checkpoints
    /// would not verify, and its tokens would be another issuer's.
    static func bind(
        _ connection: borrowing Connection, issuer: String, verifierKey: String
    ) throws(StoreFailure) {
        for (key, wanted) in [(Meta.issuer, issuer), (.checkpointKey, verifierKey)] {
            guard let found = try text(connection, key) else {
                try write(connection, key, text: wanted)
                continue
            }
            guard found == wanted else {
                throw .foreignIdentity("its \(key.rawValue) is \(found), not \(wanted)")
            }
        }
    }
}
