internal import CLinux
internal import Glibc
internal import MayflyCrypto
internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad peers` {
        /// A batch of validations whose answer is about as large as the call.
        private func validations(of token: [UInt8], _ count: Int) -> ValidateBatchRequestMessage {
            var item = ValidateRequestMessage()
            item.token = ByteView(copying: token)
            return ValidateBatchRequestMessage(items: .init(repeating: item, count: count))
        }

        @Test func `more calls than may be under way wait, and none is lost`() throws {
            let stage = try Stage()
            let client = try stage.member()
            client.timeoutSeconds = 60
            var calls: [UInt8] = []
            for _ in 0..<2_000 {
                calls += try client.frame(.spawn, try client.spawnRequest(AgentPlan()))
            }
            let replies = try client.exchange(calls, expecting: 2_000)
            #expect(Set(replies.map(\.stream)).count == 2_000)
            var releases: [UInt8] = []
            for reply in replies {
                let spawned = try client.response(of: reply, as: SpawnResponseMessage.self)
                let token = ByteView(copying: spawned.agent?.token ?? [])
                releases += try client.frame(
                    .release, ReleaseRequestMessage(target: .token(token)))
            }
            for reply in try client.exchange(releases, expecting: 2_000) {
                #expect(try client.response(of: reply, as: ReleaseResponseMessage.self).ended)
            }
            try stage.expectBase()
        }

        @Test func `a peer that does not read is made to wait, and gets every answer when it does`()
            throws
        {
            let stage = try Stage()
            let client = try stage.member()
            client.timeoutSeconds = 60
            let token = try client.spawn().token
            let one = try client.frame(.validateBatch, validations(of: token, 100))
            var calls = one
            while calls.count < 40 << 20 {
                calls += try client.frame(.validateBatch, validations(of: token, 100))
            }
            let before = stage.broker.residentBytes
            var sent = 0
            var lastProgress = Deadline(seconds: 0.5)
            while sent < calls.count, !lastProgress.isOver {
                let count = try client.sendWithoutWaiting(calls[sent...].prefix(1 << 20))
                if count > 0 { lastProgress = Deadline(seconds: 0.5) }
                sent += count
                if count == 0 { _ = poll(nil, 0, 5) }
            }
            #expect(sent < 24 << 20, "the broker took \(sent) bytes from who reads nothing")
            let grown = stage.broker.residentBytes - before
            #expect(grown < 40 << 20, "the broker grew by \(grown) bytes")
            try Stage.work(stage.witness)

            let number = calls.count / one.count
            let replies = try client.exchange(Array(calls[sent...]), expecting: number)
            #expect(Set(replies.map(\.stream)).count == number)
            let valid = try replies.allSatisfy {
                try client.response(of: $0, as: ValidateBatchResponseMessage.self).items
                    .allSatisfy(\.valid)
            }
            #expect(valid)
            #expect(try client.release(token: token))
            try stage.expectBase()
        }

        @Test func `a peer that never reads is closed in time`() throws {
            let stage = try Stage(.init(environment: ["MAYFLY_FAULT_PATIENCE": "1000"]))
            let client = try stage.member()
            let token = try client.spawn().token
            var calls: [UInt8] = []
            for _ in 0..<400 {
                calls += try client.frame(.validateBatch, validations(of: token, 100))
            }
            var sent = 0
            let began = Deadline.now
            let isClosed = try Deadline.poll(seconds: 20, everyMilliseconds: 1) {
                do {
                    sent += try client.sendWithoutWaiting(calls[sent...].prefix(1 << 20))
                    return false
                } catch WireClient.Failure.closed {
                    return true
                }
            }
            #expect(isClosed)
            #expect(sent < calls.count)
            #expect(Deadline.now - began > 1_000_000_000)
            #expect(try stage.witness.release(token: token))
            try stage.expectBase()
        }

        @Test func `a peer that says one byte at a time is served`() throws {
            let stage = try Stage()
            let client = try stage.stranger()
            let call = try client.frame(.authenticate, AuthenticateRequestMessage(app: Stage.app))
            for byte in call { try client.send([byte]) }
            let answer = try client.response(
                to: client.lastStream, as: AuthenticateResponseMessage.self)
            client.session = WireClient.Session(
                challenge: try #require(Challenge(answer.challenge)),
                issuerDigest: SHA256.digest([UInt8](answer.issuer.utf8)))
            let spawn = try client.frame(.spawn, try client.spawnRequest(AgentPlan()))
            for byte in spawn { try client.send([byte]) }
            let spawned = try client.response(
                to: client.lastStream, as: SpawnResponseMessage.self)
            #expect(try client.release(token: spawned.agent?.token ?? []))
            try stage.expectBase()
        }

        @Test func `a frame that is begun must end in time, however it drips`() throws {
            let stage = try Stage(.init(environment: ["MAYFLY_FAULT_PATIENCE": "1000"]))
            let silent = try stage.stranger()
            let halves = try [1, 9, 10, 40].map { count in
                let client = try stage.stranger()
                try client.send(Array(Raw.frame(claiming: 1_000, [1, 2, 3]).prefix(count)))
                return client
            }
            let dripping = try stage.stranger()
            let isClosed = try Deadline.poll(seconds: 10, everyMilliseconds: 100) {
                do {
                    try dripping.send([0])
                    return false
                } catch WireClient.Failure.closed {
                    return true
                }
            }
            #expect(isClosed)
            for client in halves { #expect(try client.receiveUntilClosed().isEmpty) }
            // Nothing is begun here, so nothing has to end.
            #expect(try !silent.validate([]).valid)
            try stage.expectBase()
        }

        @Test func `a connection that says nothing is closed after the idle time`() throws {
            let stage = try Stage(.init(arguments: ["--idle-timeout", "1"]))
            let silent = try stage.stranger()
            let busy = try stage.stranger()
            var isClosed = false
            let isOver = try Deadline.poll(seconds: 10, everyMilliseconds: 50) {
                #expect(try !busy.validate([]).valid)
                try Stage.work(stage.witness)
                _ = try stage.overseer.status()
                var polled = pollfd(fd: silent.descriptor, events: Int16(POLLIN), revents: 0)
                isClosed = poll(&polled, 1, 0) > 0
                return isClosed
            }
            #expect(isOver)
            #expect(try silent.receiveUntilClosed().isEmpty)
            try stage.expectBase()
        }
    }
}
