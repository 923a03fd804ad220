/// How the broker's process ends: the codes of sysexits(3) where one fits.
package enum ExitStatus: Int32, Sendable {
    /// Asked to stop, drained, everything durable.
    case stopped = 0
    /// EX_USAGE: a flag that does not exist or cannot be read.
    case usage = 64
    /// EX_SOFTWARE: the broker could not start for a reason that has no code of its own.
    case software = 70
    /// EX_CANTCREAT: a socket or a directory could not be made, or may not be used as it is.
    case cannotCreate = 73
    /// EX_IOERR: the storage failed and the broker stopped answering at once. Start it again only
    /// when the disk is well.
    case storageFailed = 74
    /// EX_TEMPFAIL: another broker runs on this data directory.
    case alreadyRunning = 75
    /// EX_NOPERM: the key file may be read by others, belongs to someone else, or is damaged,
    /// or is not the one that belongs to the database.
    case keyFileRefused = 77
    /// EX_CONFIG: at least one setting cannot be used; each was named.
    case configuration = 78
}
