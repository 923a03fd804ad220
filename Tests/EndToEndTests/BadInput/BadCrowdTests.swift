internal import Glibc
internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad crowds` {
        /// With the kernel that keeps them from the broker, and with one that lets them through.
        @Test(arguments: [[:], ["MAYFLY_FAULT_PASSRIGHTS": "1"]])
        func `descriptors that a peer passes are not kept`(environment: [String: String]) throws {
            let stage = try Stage(.init(environment: environment))
            let client = try stage.stranger()
            let (null, other) = (open("/dev/null", O_RDWR | O_CLOEXEC), client.descriptor)
            try #require(null >= 0)
            defer { close(null) }
            for count in [1, 47, 253, 253, 253] {
                let call = try client.frame(.getKeys, GetKeysRequestMessage())
                let many = [Int32](repeating: null, count: count)
                if try !client.send(call, passing: many) { try client.send(call) }
                #expect(try client.reply(to: client.lastStream).status == nil)
            }
            // In the middle of a frame, and with a frame that is never finished.
            let call = try client.frame(.getKeys, GetKeysRequestMessage())
            for byte in call {
                if try !client.send([byte], passing: [null, other]) {
                    try client.send([byte])
                }
            }
            #expect(try client.reply(to: client.lastStream).status == nil)
            _ = try client.send([0], passing: [null, other])
            try stage.expectBase()
        }

        @Test func `one connection over the limit is closed, and the operator still gets in`()
            throws
        {
            let stage = try Stage(
                .init(arguments: ["--max-connections", "16", "--max-connections-per-uid", "16"]))
            var inside: [WireClient] = []
            // The witness and the overseer have two of them.
            for _ in 0..<14 {
                let client = try stage.stranger()
                #expect(try !client.validate([]).valid)
                inside.append(client)
            }
            for _ in 0..<50 { #expect(try stage.stranger().receiveUntilClosed().isEmpty) }
            #expect(try stage.operate().status().connections >= 16)
            for client in inside { #expect(try !client.validate([]).valid) }
            for client in inside.prefix(7) { client.hangUp() }
            let hasRoom = try Deadline.poll(seconds: 5) {
                let client = try stage.stranger()
                do { return try !client.validate([]).valid } catch { return false }
            }
            #expect(hasRoom)
            try stage.expectBase()
        }

        @Test func `a thousand connections that come and go leave nothing`() throws {
            let stage = try Stage()
            let call = Raw.frame(Raw.envelope("mayfly.v1.Trust", "GetKeys"))
            for number in 0..<1_000 {
                let client = try stage.stranger()
                switch number % 4 {
                case 0: break
                case 1: try client.send(Array(call.prefix(number % call.count)))
                case 2: try client.send(call)
                default:
                    try client.send(call)
                    #expect(try client.receiveReply().status == nil)
                }
                client.hangUp()
            }
            try stage.expectBase()
        }

        @Test func `a broker that stops refuses what comes, and sends what it owes`() throws {
            let stage = try Stage(.init(arguments: ["--reactors", "1"]))
            let slow = try stage.member()
            let token = try slow.spawn().token
            var item = ValidateRequestMessage()
            item.token = ByteView(copying: token)
            let batch = ValidateBatchRequestMessage(items: .init(repeating: item, count: 100))
            // More answers than the socket takes, and nobody who reads them: it cannot be done.
            for _ in 0..<40 { _ = try slow.send(.validateBatch, batch) }
            _ = try stage.witness.validate(token)
            kill(stage.broker.brokerPid, SIGTERM)
            var words: Set<String> = []
            let isRefused = try Deadline.poll(seconds: 4, everyMilliseconds: 1) {
                let release = ReleaseRequestMessage(target: .token(ByteView(copying: [0x41])))
                words.insert(word(try stage.witness.call(.release, release)))
                return words.contains("SHUTTING_DOWN")
            }
            #expect(isRefused)
            #expect(words.subtracting(["SHUTTING_DOWN"]) == ["OK"] || words.count == 1)
            let answers = try slow.receiveUntilClosed()
            #expect(answers.count == 40)
            #expect(try stage.broker.waitForExit(seconds: 10) == .status(0))
            #expect(stage.broker.log.contains("stopped"))
        }

        @Test func `a broker that stops does not wait for ever for who does not read`() throws {
            let stage = try Stage()
            let slow = try stage.member()
            let token = try slow.spawn().token
            var item = ValidateRequestMessage()
            item.token = ByteView(copying: token)
            let batch = ValidateBatchRequestMessage(items: .init(repeating: item, count: 100))
            for _ in 0..<40 { _ = try slow.send(.validateBatch, batch) }
            _ = try stage.witness.validate(token)
            #expect(try stage.broker.stop(seconds: 10) == .status(0))
        }
    }
}
