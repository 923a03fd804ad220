/// One change of durable state, in the order made. The store applies it; recovery reads it back.
package enum Change: Equatable, Sendable {
    case grantInserted(GrantRecord)
    case grantUpdated(GrantRecord)
    case grantDeleted(Serial)
    case appWritten(AppRecord)
    case appDeleted(Serial)
    case launchTokenInserted(LaunchToken)
    case launchTokenDeleted(Serial)
    case revocationWritten(RevocationRecord)
    case revocationDeleted(Serial)
    case keyWritten(KeyRecord)
    case keyDeleted(KeyNumber)
    case clockOffsetWritten(ClockOffset)
    /// No serial below this bound will be given out again, whatever rows are gone.
    case serialsReserved(UInt64)
}
