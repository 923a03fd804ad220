internal import Glibc
internal import MayflyWire
import Testing

extension BadInput {
    @Suite struct `Bad frames` {
        /// What is sent, and what comes of it.
        struct Case: Sendable {
            let name: String
            let bytes: [UInt8]
            /// The words of the answers, in order.
            let answers: [String]
            /// Whether the broker closes the connection after them.
            let closes: Bool

            init(_ name: String, _ bytes: [UInt8], _ answers: [String], closes: Bool) {
                self.name = name
                self.bytes = bytes
                self.answers = answers
                self.closes = closes
            }
        }

        private static let getKeys = Raw.envelope("mayfly.v1.Trust", "GetKeys")
        private static let small = 64 << 10
        private static let large = 1 << 20

        private static let strangers: [Case] = [
            Case(
                "64 KiB and a byte", Raw.frame(claiming: UInt32(small + 1)), ["FRAME_TOO_LARGE"],
                closes: true),
            Case(
                "64 KiB and a byte, with all of them",
                Raw.frame([UInt8](repeating: 0, count: small + 1)), ["FRAME_TOO_LARGE"],
                closes: true),
            Case(
                "64 KiB", Raw.frame([UInt8](repeating: 0xFF, count: small)),
                ["MALFORMED_MESSAGE"], closes: false),
            Case("4 GiB", Raw.frame(claiming: .max), ["FRAME_TOO_LARGE"], closes: true),
            Case("2 GiB", Raw.frame(claiming: 1 << 31), ["FRAME_TOO_LARGE"], closes: true),
            Case(
                "4 GiB of a type that is not", Raw.frame(type: 9, claiming: .max),
                ["FRAME_TOO_LARGE"], closes: true),
            Case("stream 0", Raw.frame(stream: 0, getKeys), ["MALFORMED_MESSAGE"], closes: true),
            Case("stream 2", Raw.frame(stream: 2, getKeys), ["MALFORMED_MESSAGE"], closes: true),
            Case(
                "the last even stream", Raw.frame(stream: .max - 1, getKeys),
                ["MALFORMED_MESSAGE"], closes: true),
            Case("the last stream", Raw.frame(stream: .max, getKeys), ["OK"], closes: false),
            Case(
                "a stream again", Raw.frame(stream: 5, getKeys) + Raw.frame(stream: 5, getKeys),
                ["OK"], closes: true),
            Case(
                "a lower stream", Raw.frame(stream: 5, getKeys) + Raw.frame(stream: 3, getKeys),
                ["OK"], closes: true),
            Case(
                "a stream after the last",
                Raw.frame(stream: .max, getKeys) + Raw.frame(stream: 1, getKeys), ["OK"],
                closes: true),
            Case("type 0", Raw.frame(type: 0, getKeys), ["MALFORMED_MESSAGE"], closes: true),
            Case("a response", Raw.frame(type: 2, getKeys), [], closes: true),
            Case("stream data", Raw.frame(type: 3, getKeys), ["MALFORMED_MESSAGE"], closes: true),
            Case("type 255", Raw.frame(type: 255, getKeys), ["MALFORMED_MESSAGE"], closes: true),
            Case("flags 3", Raw.frame(flags: 3, getKeys), ["MALFORMED_MESSAGE"], closes: true),
            Case("flags 4", Raw.frame(flags: 4, getKeys), ["MALFORMED_MESSAGE"], closes: true),
            Case("flags 255", Raw.frame(flags: 255, getKeys), ["MALFORMED_MESSAGE"], closes: true),
            Case(
                "a streaming call", Raw.frame(flags: 1, getKeys), ["UNIMPLEMENTED"], closes: false),
            Case(
                "a streaming call that goes on", Raw.frame(flags: 2, getKeys), ["UNIMPLEMENTED"],
                closes: false),
            Case("no data", Raw.frame(), ["METHOD_UNKNOWN"], closes: false),
            Case(
                "another protocol",
                [UInt8]("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8),
                ["FRAME_TOO_LARGE"], closes: true),
            Case(
                "a good call before a bad frame",
                Raw.frame(stream: 1, getKeys)
                    + Raw.frame(stream: 2, getKeys) + Raw.frame(stream: 3, getKeys),
                ["OK", "MALFORMED_MESSAGE"], closes: true),
        ]

        /// Sends it all and finds out what the broker answers and whether it hangs up.
        private func check(_ client: WireClient, _ one: Case, _ stage: Stage) throws {
            // The broker may hang up before it has all of it.
            do { try client.send(one.bytes) } catch WireClient.Failure.closed {}
            if one.closes {
                let words = try client.receiveUntilClosed().map(word)
                #expect(words == one.answers, "\(one.name)")
            } else {
                let words = try one.answers.map { _ in word(try client.receiveReply()) }
                #expect(words == one.answers, "\(one.name)")
                // Half closed, it has nothing further to say.
                client.finishSending()
                #expect(try client.receiveUntilClosed().isEmpty, "\(one.name)")
            }
            try stage.checkOthers("\(one.name)")
        }

        @Test func `each is answered as defined, and the others do not notice`() throws {
            let stage = try Stage()
            for one in Self.strangers { try check(try stage.stranger(), one, stage) }
            try stage.expectBase()
        }

        @Test func `an app and the operator have larger frames, and a limit`() throws {
            let stage = try Stage()
            for peer in [stage.member, stage.operate] {
                let largest = try peer()
                let stream = try largest.nextStream().rawValue
                let full = [UInt8](repeating: 0xFF, count: Self.large)
                try check(
                    largest,
                    Case(
                        "1 MiB", Raw.frame(stream: stream, full), ["MALFORMED_MESSAGE"],
                        closes: false), stage)
                let over = try peer()
                let next = try over.nextStream().rawValue
                try check(
                    over,
                    Case(
                        "1 MiB and a byte",
                        Raw.frame(stream: next, claiming: UInt32(Self.large + 1)),
                        ["FRAME_TOO_LARGE"], closes: true), stage)
            }
            try stage.expectBase()
        }

        @Test func `a frame that its sender cuts off is nothing`() throws {
            let stage = try Stage()
            let whole = Raw.frame(Self.getKeys)
            for length in [1, 3, 4, 9, 10, 11, whole.count - 1] {
                let client = try stage.stranger()
                try client.send(Array(whole.prefix(length)))
                client.finishSending()
                #expect(try client.receiveUntilClosed().isEmpty, "\(length) bytes")
            }
            for length in [1, 10, whole.count - 1] {
                // Without a word, and with something unread at the other end.
                let client = try stage.stranger()
                try client.send(whole.map { $0 })
                try client.send(Array(Raw.frame(stream: 3, Self.getKeys).prefix(length)))
            }
            try stage.expectBase()
        }

        @Test func `what is owed goes out before a bad frame closes the connection`() throws {
            let stage = try Stage()
            let client = try stage.member()
            var bytes: [UInt8] = []
            var streams: [StreamID] = []
            for _ in 0..<5 {
                let plan = AgentPlan()
                bytes += try client.frame(.spawn, try client.spawnRequest(plan))
                streams.append(client.lastStream)
            }
            bytes += Raw.frame(stream: client.lastStream.rawValue + 1, Self.getKeys)
            try client.send(bytes)
            let replies = try client.receiveUntilClosed()
            #expect(replies.count == 6)
            #expect(Set(replies.filter { $0.status == nil }.map(\.stream)) == Set(streams))
            #expect(replies.compactMap { $0.status?.reason } == ["MALFORMED_MESSAGE"])
        }
    }
}
