internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
internal import Testing

/// A broker whose app is root's and one other user's; everyone else is a stranger.
final class ShareScene {
    static let named = OtherUser.uids[0]
    static let strangers = [OtherUser.uids[1], OtherUser.uids[2]]

    let broker: BrokerProcess
    let overseer: WireClient
    /// Root's, who is nobody's victim as long as shares hold.
    let witness: WireClient

    init(_ arguments: [String] = [], fault: String? = nil) throws {
        var options = BrokerProcess.Options()
        options.arguments = arguments
        options.environment["MAYFLY_FAULT"] = fault
        broker = try BrokerProcess.startForOthers(options)
        var app = AppMessage()
        app.name = "app"
        app.ceiling = ["read:data:*"]
        app.uids = [0, Self.named]
        overseer = try broker.connectOperator()
        _ = try overseer.createApp(app)
        witness = try broker.connect(app: "app")
    }

    func connect(as uid: UInt32) throws -> WireClient { try OtherUser.connect(uid, to: broker) }

    /// One that speaks for the app.
    func member(as uid: UInt32) throws -> WireClient {
        let client = try connect(as: uid)
        try client.authenticate(app: "app")
        return client
    }

    /// Whether the broker has let it in and answers it.
    func isServed(_ client: WireClient) throws -> Bool {
        do {
            return try !client.validate([]).valid
        } catch WireClient.Failure.closed {
            return false
        }
    }

    /// Fills what a uid may have, at most so much.
    func crowd(_ uid: UInt32, atMost count: Int) throws -> [WireClient] {
        var inside: [WireClient] = []
        while inside.count < count {
            let client = try connect(as: uid)
            guard try isServed(client) else { break }
            inside.append(client)
        }
        return inside
    }

    func challenge(_ client: WireClient) throws -> WireClient.Reply {
        try client.call(.challenge, ChallengeRequestMessage())
    }
}

/// The reason of a refusal and the limit that it names, or OK.
func limit(_ reply: WireClient.Reply) -> String {
    guard let status = reply.status else { return "OK" }
    return "\(status.reason) \(status.metadata["limit"] ?? "-")"
}
