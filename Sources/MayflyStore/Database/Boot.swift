package import MayflyCore

/// What lasts as long as the machine runs, whatever becomes of the broker in the meantime.
package struct Boot: Sendable {
    /// The machine was started anew since the store was last used.
    package var isNew: Bool
    /// Where the log was when the boot began: the event there is the broker's first start in it.
    package var start: LogPosition
    /// The longest life that a grant of this boot could be given, under any configuration: seconds.
    package var longestLifeSeconds: UInt32
    /// Grants and launch tokens of the boot before, deleted.
    package var discardedGrants: UInt64
    package var discardedLaunchTokens: UInt64
    /// Those out, in the order of their making; none in a new boot.
    package var launchTokens: [LaunchToken]
    /// The broker's clock is this and CLOCK_BOOTTIME: milliseconds since the Unix epoch.
    package var clockAnchor: UInt64
    /// What the operator accepted; nothing in a new boot.
    package var clockOffset: ClockOffset
}

extension Store {
    /// Records whose grants these will be from now on.
    ///
    /// In the boot of before all goes on as it was, the broker's clock too, however the system's
    /// wall clock was set meanwhile. In a new one the grants and launch tokens of before are deleted
    /// in one transaction with taking the new anchor: what their lives hung on is gone. Revocation
    /// records stay.
    ///
    /// - Parameters:
    ///   - clockAnchor: of a clock that begins now; kept where the boot has none yet.
    ///   - longestLifeSeconds: as configured now; what was more before counts as long as the boot.
    package func startBoot(
        _ bootID: String, clockAnchor: UInt64, longestLifeSeconds: UInt32 = 0
    ) throws(StoreFailure) -> Boot {
        // A boot of which nothing came to be on record begins once more: what its first start had to
        // write for it is not there.
        let isKnown = try Meta.text(connection, .bootID) == bootID
        let began = try Meta.integer(connection, .bootPosition)
        let isNew = !isKnown || began == Int64(position.rawValue)
        var boot: Boot
        if !isNew, let anchor = try storedAnchor() {
            boot = try self.boot(anchor: anchor)
        } else {
            boot = try begin(bootID, anchor: clockAnchor, isNew: isNew)
        }
        if longestLifeSeconds > boot.longestLifeSeconds {
            boot.longestLifeSeconds = longestLifeSeconds
            try Meta.write(connection, .longestLife, integer: Int64(longestLifeSeconds))
        }
        return boot
    }

    private func begin(
        _ bootID: String, anchor: UInt64, isNew: Bool
    ) throws(StoreFailure) -> Boot {
        let grants = try connection.integer("SELECT count(*) FROM grants") ?? 0
        let launchTokens = try connection.integer("SELECT count(*) FROM launch_tokens") ?? 0
        try connection.execute("BEGIN IMMEDIATE")
        if isNew {
            // Deleting them must not make their serials free again.
            try Meta.write(connection, .serialBound, integer: Int64(recovered.serialBound))
            try connection.execute("DELETE FROM grants")
            try connection.execute("DELETE FROM launch_tokens")
            try Meta.write(connection, .bootID, text: bootID)
            try Meta.write(connection, .bootPosition, integer: Int64(position.rawValue))
            try Meta.write(connection, .clockOffset, integer: 0)
            try Meta.write(connection, .longestLife, integer: 0)
        }
        try Meta.write(connection, .clockAnchor, integer: Int64(anchor))
        try connection.execute("COMMIT")
        var boot = try boot(anchor: anchor)
        boot.isNew = isNew
        if isNew {
            boot.discardedGrants = UInt64(grants)
            boot.discardedLaunchTokens = UInt64(launchTokens)
        }
        return boot
    }

    /// As the file has it.
    private func boot(anchor: UInt64) throws(StoreFailure) -> Boot {
        let launchTokens = try connection.records(
            "SELECT serial, record FROM launch_tokens ORDER BY serial", of: "launch_tokens",
            with: LaunchTokenRow.decode)
        let start = UInt64(max(0, try Meta.integer(connection, .bootPosition) ?? 0))
        let life = UInt32(clamping: try Meta.integer(connection, .longestLife) ?? 0)
        return Boot(
            isNew: false, start: LogPosition(rawValue: start), longestLifeSeconds: life,
            discardedGrants: 0, discardedLaunchTokens: 0,
            launchTokens: launchTokens, clockAnchor: anchor, clockOffset: try storedOffset())
    }

    private func storedAnchor() throws(StoreFailure) -> UInt64? {
        guard let stored = try Meta.integer(connection, .clockAnchor) else { return nil }
        guard let anchor = UInt64(exactly: stored), anchor <= StoredBounds.milliseconds else {
            throw .corruptMeta(Meta.clockAnchor.rawValue, problem: "\(stored) is no time")
        }
        return anchor
    }

    private func storedOffset() throws(StoreFailure) -> ClockOffset {
        guard let stored = try Meta.integer(connection, .clockOffset) else { return .none }
        guard let offset = ClockOffset(stored: stored) else {
            throw .corruptMeta(
                Meta.clockOffset.rawValue, problem: "\(stored) is not in whole seconds")
        }
        return offset
    }
}
