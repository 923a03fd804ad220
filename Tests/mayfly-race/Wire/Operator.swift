private import Glibc
internal import MayflyCrypto
internal import MayflyWire

/// What the operator does before a race.
enum Operator {
    private static let patienceMilliseconds: Int32 = 10_000

    /// Makes the app of the race, which this uid is.
    static func createApp(
        at path: String, attestationKey: AgentKeyPair
    ) throws(RaceFailure) {
        var app = AppMessage()
        app.name = Plan.app
        app.ceiling = ["read:data:*"]
        app.uids = [getuid()]
        app.attestationKeys = [attestationKey.publicKey.bytes]
        app.defaultTTLSeconds = Plan.lifetimeSeconds
        app.maximumTTLSeconds = Plan.lifetimeSeconds
        app.sharedUid = true
        let link = try Link(path: path)
        var sequence = StampCounter()
        link.ask(
            .createApp, CreateAppRequestMessage(app: app),
            Call(kind: .authenticate, sent: sequence.next()))
        guard link.send() else { throw .protocolViolation("the operator's connection was closed") }
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { scratch.deallocate() }
        while link.callsUnderWay > 0 {
            var entry = pollfd(fd: link.descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, patienceMilliseconds) > 0 else {
                throw .unusable("the operator is not answered")
            }
            _ = try link.receive(into: scratch) { _, payload throws(RaceFailure) in
                try check(payload)
            }
        }
    }

    private static func check(_ payload: UnsafeRawBufferPointer) throws(RaceFailure) {
        let status: RemoteStatus?
        do throws(DecodeFailure) {
            status = try ResponseEnvelope.decode(payload).status
        } catch {
            throw .protocolViolation(error.sentence)
        }
        if let status { throw .unusable("\(status.reason): \(status.message)") }
    }
}
