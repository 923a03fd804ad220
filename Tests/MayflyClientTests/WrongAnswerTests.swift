import MayflyWire
import Testing

@testable import MayflyClient

/// A broker's end that does not keep to the protocol, and one that refuses.
struct WrongAnswerTests {
    @Test func `a refusal carries code, reason, sentence and metadata`() async throws {
        let broker = FakeBroker {
            $0.refuse(.permissionDenied, "SCOPE_VIOLATION", metadata: [("scope", "write:data:1")])
        }
        let error = await failure {
            _ = try await broker.client().spawn(task: "t", scope: ["write:data:1"])
        }
        guard case .refused(let refusal) = error else {
            return #expect(error?.code == "SCOPE_VIOLATION")
        }
        #expect(refusal.code == "PERMISSION_DENIED")
        #expect(refusal.reason == "SCOPE_VIOLATION")
        #expect(refusal.message == "No.")
        #expect(refusal.metadata == ["scope": "write:data:1"])
        #expect(error?.code == "SCOPE_VIOLATION")
        #expect(broker.count(.spawn) == 1)
    }

    @Test func `a proof that came too late is made anew`() async throws {
        let broker = FakeBroker { request in
            // The stream after Authenticate's own.
            request.stream.rawValue == 3
                ? request.refuse(.unauthenticated, "PROOF_REPLAYED") : request.answerAsUsual()
        }
        _ = try await broker.client().spawn(task: "t", scope: ["a:b:c"])
        #expect(broker.count(.spawn) == 2)
    }

    @Test func `an app that is refused fails the call and the next one asks again`() async throws {
        let broker = FakeBroker(refusedApps: 2)
        let client = broker.client()
        for _ in 0..<2 {
            let error = await failure { _ = try await client.validate("token") }
            #expect(error?.code == "APP_NOT_ALLOWED")
        }
        #expect(try await client.validate("token").isValid)
        #expect(broker.count(.authenticate) == 3)
    }

    @Test(arguments: [
        ("a stream that no call waits on", frame(length: 0, stream: 99)),
        ("a stream of the broker's own", frame(length: 0, stream: 2)),
        ("a frame over the limit", frame(length: 5 << 20, stream: 3)),
        ("a request", frame(length: 0, stream: 3, type: 1)),
        ("data of a stream", frame(length: 0, stream: 3, type: 3)),
        ("an unknown type", frame(length: 0, stream: 3, type: 9)),
        ("unknown flags", frame(length: 0, stream: 3, flags: 4)),
        ("an envelope that is none", frame(length: 1, stream: 3) + [0xFF]),
    ])
    func `an answer that no broker gives ends the connection and not the client`(
        what: String, bytes: [UInt8]
    ) async throws {
        let broker = FakeBroker { request in
            request.connection.number == 1
                ? request.connection.send(bytes) : request.answerAsUsual()
        }
        let client = broker.client()
        let error = await failure { _ = try await client.validate("token") }
        #expect(error?.code == "PROTOCOL_VIOLATION", "\(what)")
        #expect(try await client.validate("token").isValid)
        #expect(broker.connectionCount == 2)
    }

    @Test func `an answer with an unreadable message fails its call alone`() async throws {
        let broker = FakeBroker { request in
            request.token == "bad"
                ? request.answer(EncodedMessage(bytes: [0x08, 0x80, 0x00]))
                : request.answerAsUsual()
        }
        let client = broker.client()
        let error = await failure { _ = try await client.validate("bad") }
        #expect(error?.code == "PROTOCOL_VIOLATION")
        #expect(try await client.validate("good").isValid)
        #expect(broker.connectionCount == 1)
    }

    @Test func `a large answer arrives whole`() async throws {
        let claims = [UInt8](repeating: UInt8(ascii: " "), count: 3 << 20)
        let broker = FakeBroker { request in
            var response = ValidateResponseMessage()
            response.valid = true
            response.claims = claims
            request.answer(response)
        }
        #expect(try await broker.client().validate("token").claims?.json == claims)
    }

    private static func frame(
        length: UInt32, stream: UInt32, type: UInt8 = 2, flags: UInt8 = 0
    ) -> [UInt8] {
        func bytes(_ number: UInt32) -> [UInt8] {
            withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) }
        }
        return bytes(length) + bytes(stream) + [type, flags]
    }
}
