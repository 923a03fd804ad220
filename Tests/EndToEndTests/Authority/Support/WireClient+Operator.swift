internal import MayflyWire

/// The operator's calls of the authority model.
extension WireClient {
    func revoke(
        _ level: RevocationLevelMessage, _ target: String, orchestration: String = "",
        allowNew: Bool = false
    ) throws -> RevokeResponseMessage {
        var message = RevokeRequestMessage()
        message.level = level
        message.target = target
        message.orchestration = orchestration
        message.allowNew = allowNew
        return try call(.revoke, message, as: RevokeResponseMessage.self)
    }

    func revocations() throws -> [RevocationRecordMessage] {
        try call(
            .listRevocations, ListRevocationsRequestMessage(),
            as: ListRevocationsResponseMessage.self
        ).records
    }

    func lift(_ record: UInt64) throws -> Reply {
        try call(.liftRevocation, LiftRevocationRequestMessage(recordID: record))
    }

    /// All pages of the live grants.
    func grants(
        app: String = "", orchestration: String = "", task: String = "", limit: UInt32 = 0
    ) throws -> [GrantSummaryMessage] {
        var message = ListGrantsRequestMessage()
        message.app = app
        message.orchestration = orchestration
        message.task = task
        message.limit = limit
        var grants: [GrantSummaryMessage] = []
        repeat {
            let page = try call(.listGrants, message, as: ListGrantsResponseMessage.self)
            grants += page.grants
            message.cursor = page.cursor
        } while !message.cursor.isEmpty
        return grants
    }

    @discardableResult
    func rotateKey(emergency: Bool = false) throws -> PublicKeyMessage {
        let response = try call(
            .rotateKey, RotateKeyRequestMessage(emergency: emergency),
            as: RotateKeyResponseMessage.self)
        guard let key = response.key else { throw Failure.malformed("a rotation without key") }
        return key
    }

    func acceptTime() throws -> AcceptTimeResponseMessage {
        try call(.acceptTime, AcceptTimeRequestMessage(), as: AcceptTimeResponseMessage.self)
    }

    func metrics() throws -> String {
        try call(.metrics, MetricsRequestMessage(), as: MetricsResponseMessage.self).text
    }

    @discardableResult
    func update(
        _ app: String, _ change: (inout UpdateAppRequestMessage) -> Void
    ) throws -> UpdateAppResponseMessage {
        var message = UpdateAppRequestMessage(name: app)
        change(&message)
        return try call(.updateApp, message, as: UpdateAppResponseMessage.self)
    }

    func removeApp(_ name: String) throws -> UInt64 {
        try call(
            .removeApp, RemoveAppRequestMessage(name: name), as: RemoveAppResponseMessage.self
        ).endedGrants
    }

    /// The newest events of a type, newest first.
    func events(ofType type: String, limit: UInt32 = 100) throws -> [EventMessage] {
        var query = QueryEventsRequestMessage()
        query.eventType = type
        query.limit = limit
        return try events(query).events
    }

    func keys() throws -> GetKeysResponseMessage {
        try call(.getKeys, GetKeysRequestMessage(), as: GetKeysResponseMessage.self)
    }
}
