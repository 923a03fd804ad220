// MayflyStore is where things last: events, live grants, apps and checkpoints in one SQLite file,
// written by one thread in groups, each group durable before anyone is told of it; and the audit
// tree over the events, which a verifier can check without the broker.
// It knows the domain's records and the cryptography of digests and signatures. It may not know
// sockets, the wire, or what the broker decides and why.

/// Storage did not do what it had to. Never a peer's fault, and nothing to go on from: whoever
/// meets one stops acknowledging.
package enum StoreFailure: Error, Equatable, Sendable {
    /// SQLite or the system below it refused; the code is SQLite's extended result code.
    case database(operation: String, code: Int32, message: String)
    /// A row that this code did not write, or not like this.
    case corruptRow(table: String, key: Int64, problem: String)
    /// A single value that this code did not write.
    case corruptMeta(String, problem: String)
    /// The audit tree and the newest checkpoint do not belong together.
    case corruptLog(String)
    /// The file is of a later version of this program, or of another program altogether.
    case foreignFile(String)
    /// The file was made for another issuer or another checkpoint key.
    case foreignIdentity(String)
    /// A setting that durability rests on did not take.
    case notDurable(String)
    /// The thread that writes could not be started.
    case noThread(code: Int32)

    /// What a process ends with after any of these: EX_IOERR of sysexits.h.
    package static let exitCode: Int32 = 74
}

extension StoreFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .database(let operation, let code, let message):
            "\(operation): \(message) (SQLite code \(code))"
        case .corruptRow(let table, let key, let problem):
            "row \(key) of \(table) is corrupt: \(problem)"
        case .corruptMeta(let key, let problem): "the value \(key) is corrupt: \(problem)"
        case .corruptLog(let problem): "the audit log is corrupt: \(problem)"
        case .foreignFile(let problem): "not a database of this broker: \(problem)"
        case .foreignIdentity(let problem): "the database belongs to another broker: \(problem)"
        case .notDurable(let setting): "the database would not be durable: \(setting)"
        case .noThread(let code): "cannot start a thread (error \(code))"
        }
    }
}
