import MayflyWire
import Testing

@testable import MayflyClient

/// Revocation, live grants, secrets and maintenance, as the operator asks for them.
struct OperatorRevocationTests {
    private func client(_ broker: FakeBroker) -> OperatorClient {
        OperatorClient(dialer: broker.dialer, options: ClientOptions())
    }

    @Test(
        arguments: [
            (RevocationTarget.token("t"), RevocationLevelMessage.token, "t", "", false),
            (.agent("a"), .agent, "a", "", false),
            (.task("x"), .task, "x", "", false),
            (.task("x", orchestration: "o", allowNew: true), .task, "x", "o", true),
            (.chain("c"), .chain, "c", "", false),
        ])
    func `a revocation names its level and its target`(
        target: RevocationTarget, level: RevocationLevelMessage, name: String,
        orchestration: String, allowNew: Bool
    ) async throws {
        let broker = FakeBroker { request in
            var response = RevokeResponseMessage()
            response.count = 3
            response.recordID = level == .task ? 17 : 0
            response.lapsesAt = level == .task ? 1_900_000_000 : 0
            request.answer(response)
        }
        let revocation = try await client(broker).revoke(target)
        #expect(revocation.count == 3)
        #expect(revocation.recordID == (level == .task ? 17 : nil))
        #expect((revocation.lapsesAt == nil) == (level != .task))
        let sent = try #require(broker.requests.last).decode(RevokeRequestMessage.self)
        #expect(sent.level == level)
        #expect(sent.target == name)
        #expect(sent.orchestration == orchestration)
        #expect(sent.allowNew == allowNew)
    }

    @Test func `a revocation whose reply is lost is repeated, a lifting is not`() async {
        let broker = FakeBroker { request in
            request.connection.number <= 2
                ? request.connection.drop() : request.answer(RevokeResponseMessage())
        }
        let client = client(broker)
        let lifting = await failure { try await client.liftRevocation(17) }
        #expect(lifting?.code == "OUTCOME_UNKNOWN")
        #expect(await failure { try await client.revoke(.task("t")) } == nil)
        #expect(broker.count(.liftRevocation) == 1)
        #expect(broker.count(.revoke) == 2)
    }

    @Test func `records are listed with what they cover`() async throws {
        let broker = FakeBroker { request in
            var record = RevocationRecordMessage()
            record.recordID = 5
            record.task = "extract"
            record.allowNew = true
            record.createdAt = 1
            record.lapsesAt = 2
            request.answer(ListRevocationsResponseMessage(records: [record]))
        }
        let records = try await client(broker).revocations()
        #expect(records.map(\.id) == [5])
        #expect(records[0].orchestration == nil)
        #expect(records[0].allowsNew)
    }

    /// Five grants in pages of two, one of them empty, asked for by `cursor`.
    @Test(arguments: [false, true])
    func `grants are read page by page to the end`(asApp: Bool) async throws {
        let pages = ["": 2, "a": 0, "b": 2, "c": 1]
        let following = ["": "a", "a": "b", "b": "c"]
        let broker = FakeBroker { request in
            let cursor =
                asApp
                ? try? request.decode(AppsListGrantsRequestMessage.self).cursor
                : try? request.decode(ListGrantsRequestMessage.self).cursor
            var response = ListGrantsResponseMessage()
            response.grants = (0..<(pages[cursor ?? "?"] ?? 0)).map { number in
                var grant = GrantSummaryMessage()
                grant.grantID = "\(cursor ?? "")\(number)"
                return grant
            }
            response.cursor = following[cursor ?? "?"] ?? ""
            request.answer(response)
        }
        let grants =
            asApp
            ? broker.client().grants(task: "t", pageSize: 2)
            : client(broker).grants(app: "pipeline", task: "t", pageSize: 2)
        var seen: [String] = []
        for try await grant in grants { seen.append(grant.id) }
        #expect(seen == ["0", "1", "b0", "b1", "c0"])
        #expect(broker.count(asApp ? .listAppGrants : .listGrants) == 4)
    }

    @Test func `a grant without a heartbeat has no state, and one without a limit no uses`() {
        var message = GrantSummaryMessage()
        message.heartbeatAgeSeconds = 0
        let plain = Grant(message)
        #expect(plain.state == nil)
        #expect(plain.heartbeatAgeSeconds == nil)
        #expect(plain.usesLeft == nil)
        #expect(plain.parentID == nil)
        message.state = .idle
        message.usesLeft = 0
        message.parentGrantID = "p"
        let delegated = Grant(message)
        #expect(delegated.state == .idle)
        #expect(delegated.heartbeatAgeSeconds == 0)
        #expect(delegated.usesLeft == 0)
        #expect(delegated.parentID == "p")
    }

    @Test func `a secret is asked for, shown by that answer alone and never printed`() async throws
    {
        let secret = String(repeating: "c", count: 64)
        let broker = FakeBroker { request in
            var app = AppMessage()
            app.name = "pipeline"
            app.clientID = "pipeline-0a1b"
            app.heartbeatPolicy = .end
            app.heartbeatIntervalSeconds = 30
            request.answer(
                AppResponseMessage(
                    app: app, clientSecret: request.method == .getApp ? "" : secret))
        }
        let client = client(broker)
        let app = try await client.createApp(
            AppTerms(
                name: "pipeline", ceiling: ["a:b:*"], uids: [],
                heartbeat: .end(interval: .seconds(30)), delegatesAcrossApps: true,
                issuesSecret: true))
        #expect(app.issuedCredentials?.secret == secret)
        #expect(app.heartbeat == .end(interval: .seconds(30)))
        #expect(!"\(app)".contains(secret))
        #expect(try await client.app(named: "pipeline").issuedCredentials == nil)
        let sent = try #require(broker.requests.first).decode(CreateAppRequestMessage.self)
        #expect(sent.issueSecret)
        #expect(sent.app?.heartbeatPolicy == .end)
        #expect(sent.app?.heartbeatIntervalSeconds == 30)
        #expect(sent.app?.crossAppDelegation == true)
    }

    @Test func `a change of secret and heartbeats says no more than that`() async throws {
        let broker = FakeBroker { request in
            request.answer(AppResponseMessage(app: AppMessage()))
        }
        var change = AppChange()
        change.secret = .remove
        change.heartbeat = HeartbeatPolicy.none
        _ = try await client(broker).updateApp(named: "pipeline", change)
        let sent = try #require(broker.requests.last).decode(UpdateAppRequestMessage.self)
        #expect(sent.secret == .remove)
        #expect(sent.heartbeat?.policy == .nothing)
        #expect(sent.heartbeat?.intervalSeconds == 0)
        #expect(sent.crossAppDelegation == nil)
        #expect(sent.ceiling == nil)
    }

    @Test func `a rotation, an accepted time and figures are answered`() async throws {
        let broker = FakeBroker { request in
            switch request.method {
            case .rotateKey:
                var key = PublicKeyMessage()
                key.use = .token
                key.kid = "new"
                request.answer(RotateKeyResponseMessage(key: key))
            case .acceptTime:
                var response = AcceptTimeResponseMessage()
                response.shiftedMilliseconds = -60_000
                response.nowMilliseconds = 7
                request.answer(response)
            default: request.answer(MetricsResponseMessage(text: "mayfly_up 1\n"))
            }
        }
        let client = client(broker)
        #expect(try await client.rotateKey(emergency: true).keyID == "new")
        let sent = try #require(broker.requests.first).decode(RotateKeyRequestMessage.self)
        #expect(sent.emergency)
        let accepted = try await client.acceptTime()
        #expect(accepted.shiftedMilliseconds == -60_000)
        #expect(accepted.now == UnixTime(milliseconds: 7))
        #expect(try await client.metrics() == "mayfly_up 1\n")
    }
}
