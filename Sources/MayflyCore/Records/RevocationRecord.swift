/// A revoked task. Tokens, agents and chains need no record: what ended of them never comes again,
/// but the name of a task may.
package struct RevocationRecord: Equatable, Sendable {
    package var serial: Serial
    /// Nil means the task's name under every orchestration.
    package var orchestration: Name?
    package var task: Name
    /// Only what was granted up to `position` is covered; else the name is refused as well.
    package var allowsNew: Bool
    package var createdAt: Instant
    /// No earlier than the highest expiry ever issued.
    package var lapsesAt: Instant
    /// Everything granted under the name up to here is dead.
    package var position: LogPosition

    package init(
        serial: Serial, orchestration: Name?, task: Name, allowsNew: Bool, createdAt: Instant,
        lapsesAt: Instant, position: LogPosition
    ) {
        self.serial = serial
        self.orchestration = orchestration
        self.task = task
        self.allowsNew = allowsNew
        self.createdAt = createdAt
        self.lapsesAt = lapsesAt
        self.position = position
    }
}
