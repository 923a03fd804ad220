// The authority model through the real socket: agents as their own processes would be, each with
// its key, what it was told last, and what a hop from it has to name.
internal import MayflyCrypto
internal import MayflyWire

/// An agent with one of its grants.
struct LiveAgent {
    let key: AgentKeyPair
    /// Its SPIFFE ID.
    let id: [UInt8]
    var token: [UInt8]
    let grant: [UInt8]
    var expiresAt: UInt64
    /// That no renewal passes: seconds since the Unix epoch.
    let notAfter: UInt64
    /// In the token's order.
    var scope: [String]
    /// Hops from the root.
    let depth: UInt8
    /// What the next hop names as `prev`: the root statement's text, or the last hop.
    let lastLink: [UInt8]

    var idText: String { String(decoding: id, as: UTF8.self) }
    var grantText: String { String(decoding: grant, as: UTF8.self) }
    /// The `jti` of its token.
    var tokenID: String { claim("jti") }

    /// A claim of the token that is one text; empty where there is none.
    func claim(_ name: StaticString) -> String { Claims(token: token)?[name] ?? "" }

    mutating func take(_ told: SpawnedAgentMessage) {
        token = told.token
        expiresAt = told.expiresAt
    }
}

extension LiveAgent {
    /// What it was told at its spawn, with the root statement that `Agents.Describe` knows.
    init(_ told: SpawnedAgentMessage, _ plan: AgentPlan, describedBy client: WireClient) throws {
        let described = try client.describe(told.agentID)
        self.init(
            key: plan.key, id: told.agentID, token: told.token, grant: told.grantID,
            expiresAt: told.expiresAt, notAfter: described.notAfter, scope: plan.scope, depth: 0,
            lastLink: described.root)
    }
}

/// The payload of a token, read without trusting it.
struct Claims {
    let json: JSONValue

    init?(token: [UInt8]) {
        let parts = token.split(separator: UInt8(ascii: "."))
        guard parts.count == 3, let payload = Base64URL.decode([UInt8](parts[1])) else {
            return nil
        }
        self.init(payload: payload)
    }

    init?(payload: [UInt8]) {
        guard let json = payload.withUnsafeBytes({ JSONReader.read($0) }) else { return nil }
        self.json = json
    }

    subscript(name: StaticString) -> String? {
        json[name]?.text.map { String(decoding: $0, as: UTF8.self) }
    }

    func texts(_ name: StaticString) -> [String] {
        (json[name]?.texts ?? []).map { String(decoding: $0, as: UTF8.self) }
    }

    func number(_ name: StaticString) -> UInt64? { json[name]?.wholeNumber }
}
