extension Connection {
    /// Bytes of a page; a file keeps the size that it was made with.
    static let pageBytes = 4_096

    /// Sets what durability rests on, and reads it back: a setting that does not take is silent.
    ///
    /// No automatic checkpoint, because its cost would fall on whoever commits just then.
    func makeDurable(faults: StoreFaults) throws(StoreFailure) {
        try execute("PRAGMA page_size = \(Connection.pageBytes)")
        guard try text("PRAGMA journal_mode = WAL") == "wal" else {
            throw .notDurable("there is no write-ahead log")
        }
        var synchronous: (name: String, number: Int64) = ("FULL", 2)
        if faults.synchronousNormal { synchronous = ("NORMAL", 1) }
        if faults.synchronousOff { synchronous = ("OFF", 0) }
        try execute("PRAGMA synchronous = \(synchronous.name)")
        guard try integer("PRAGMA synchronous") == synchronous.number else {
            throw .notDurable("synchronous is not \(synchronous.name)")
        }
        guard try integer("PRAGMA wal_autocheckpoint = 0") == 0 else {
            throw .notDurable("automatic checkpoints do not go off")
        }
        try execute("PRAGMA foreign_keys = OFF")
        // The process may open no file outside the data directory.
        try execute("PRAGMA temp_store = MEMORY")
        // After an unusual growth the log file shrinks again.
        try execute("PRAGMA journal_size_limit = \(64 * 1_048_576)")
    }
}
