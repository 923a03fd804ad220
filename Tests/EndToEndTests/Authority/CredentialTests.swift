internal import Glibc
internal import MayflyWire
internal import Testing

/// Apps that prove themselves by client id and secret.
@Suite struct `Client id and secret through the socket` {
    /// An app without a uid of ours, its id and its secret.
    private func secretApp(
        _ scene: Scene, name: String = "night-reports"
    ) throws -> (id: String, secret: String) {
        var app = AppMessage()
        app.name = name
        app.ceiling = ["read:data:*"]
        let made = try scene.overseer.call(
            .createApp, CreateAppRequestMessage(app: app, issueSecret: true),
            as: CreateAppResponseMessage.self)
        return (try #require(made.app).clientID, made.clientSecret)
    }

    private func attempt(
        _ client: WireClient, _ id: String, _ secret: String, app: String = ""
    ) throws -> WireClient.Reply {
        var message = AuthenticateRequestMessage(app: app)
        message.clientID = id
        message.clientSecret = secret
        return try client.call(.authenticate, message)
    }

    /// A connection that has proved the secret, and its answer.
    private func authenticated(
        _ scene: Scene, _ id: String, _ secret: String
    ) throws -> WireClient {
        let client = try scene.stranger()
        let reply = try attempt(client, id, secret)
        let told = try client.response(of: reply, as: AuthenticateResponseMessage.self)
        #expect(told.app == "night-reports")
        try client.openRegistration()
        return client
    }

    @Test func `an app proves itself by its secret, which is shown once and kept as a digest`()
        throws
    {
        let scene = try Scene()
        let (id, secret) = try secretApp(scene)
        #expect(id.hasPrefix("nr-"))
        #expect(id.utf8.count == 15)
        #expect(secret.utf8.count == 64)
        let client = try authenticated(scene, id, secret)
        let agent = try client.spawn()
        #expect(try client.validate(agent.token).valid)
        let shown = try scene.overseer.call(
            .getApp, GetAppRequestMessage(name: "night-reports"), as: GetAppResponseMessage.self)
        #expect(shown.app?.clientID == id)
        #expect(shown.clientSecret.isEmpty)
        // By its name alone it is not open to this uid.
        #expect(
            word(
                try scene.stranger().call(
                    .authenticate, AuthenticateRequestMessage(app: "night-reports")))
                == "APP_NOT_ALLOWED")
        scene.broker.kill9()
        for name in ["/mayfly.db", "/mayfly.db-wal"] {
            let bytes = contents(ofFile: scene.broker.home.data + name)
            let text = [UInt8](secret.utf8)
            #expect(!bytes.contains(text))
        }
        #expect(!scene.broker.log.contains(secret))
    }

    @Test func `it holds over a crash`() throws {
        let scene = try Scene()
        let (id, secret) = try secretApp(scene)
        try scene.killAndRestart()
        _ = try authenticated(scene, id, secret).spawn()
    }

    @Test func `a wrong secret and an unknown id get the same words`() throws {
        let scene = try Scene()
        let (id, secret) = try secretApp(scene)
        let client = try scene.stranger()
        let other = String(repeating: "0", count: 64)
        let replies = [
            try attempt(client, id, other), try attempt(client, "nr-000000000000", secret),
            try attempt(client, id, String(secret.dropLast())), try attempt(client, id, ""),
        ]
        for reply in replies { #expect(word(reply) == "CREDENTIALS_INVALID") }
        #expect(Set(replies.map { $0.status?.message ?? "" }).count == 1)
        #expect(word(try attempt(client, id, secret, app: Scene.app)) == "MALFORMED_MESSAGE")
        #expect(word(try attempt(client, "", secret)) == "INVALID_IDENTIFIER")
        #expect(word(try attempt(client, id, secret)) == "OK")
        #expect(word(try attempt(client, id, secret)) == "ALREADY_AUTHENTICATED")
    }

    @Test func `a secret that is changed is worth nothing, also where it was proven before`() throws
    {
        let scene = try Scene()
        let (id, secret) = try secretApp(scene)
        let client = try authenticated(scene, id, secret)
        let agent = try client.spawn()
        let changed = try scene.overseer.update("night-reports") { $0.secret = .issue }
        #expect(changed.app?.clientID == id)
        #expect(changed.clientSecret != secret)
        let late = try client.spawnRequest(AgentPlan())
        #expect(word(try client.call(.spawn, late)) == "AUTHENTICATION_REQUIRED")
        // What was granted stays: only the way in has changed.
        #expect(try client.validate(agent.token).valid)
        #expect(word(try attempt(scene.stranger(), id, secret)) == "CREDENTIALS_INVALID")
        let next = try authenticated(scene, id, changed.clientSecret)
        _ = try next.spawn()
        try scene.overseer.update("night-reports") { $0.secret = .remove }
        #expect(
            word(try attempt(scene.stranger(), id, changed.clientSecret))
                == "CREDENTIALS_INVALID")
    }

    @Test func `ten failures of a uid in a minute, and it waits; its own uid's apps do not`() throws
    {
        let scene = try Scene()
        let (id, secret) = try secretApp(scene)
        let client = try scene.stranger()
        let other = String(repeating: "1", count: 64)
        for _ in 0..<10 {
            #expect(word(try attempt(client, id, other)) == "CREDENTIALS_INVALID")
        }
        #expect(word(try attempt(client, id, other)) == "ATTEMPTS_EXHAUSTED")
        #expect(word(try attempt(client, id, secret)) == "ATTEMPTS_EXHAUSTED")
        let named = try scene.stranger()
        try named.authenticate(app: Scene.app)
        _ = try named.spawn()
    }
}

extension [UInt8] {
    /// Whether these bytes stand in it somewhere.
    fileprivate func contains(_ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, count >= wanted.count else { return false }
        for start in 0...(count - wanted.count)
        where self[start] == first && self[start..<(start + wanted.count)].elementsEqual(wanted) {
            return true
        }
        return false
    }
}
