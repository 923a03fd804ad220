internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// The operator, who keeps looking while others work: whatever it was shown must still be there
/// after a crash.
final class OperatorWatch: @unchecked Sendable {
    // Unchecked: made by one thread, used by one other until that has ended, then read.
    /// What identifies an event, from either side of the wire.
    struct Sighting: Equatable {
        let kind: String
        let task: String
        let grant: String
        let milliseconds: UInt64

        init(_ event: Event) {
            kind = event.kind.text
            task = event.task?.text ?? ""
            grant = event.grant?.text ?? ""
            milliseconds = event.time.milliseconds
        }

        init(_ message: EventMessage) {
            kind = message.eventType
            task = message.task
            grant = message.grantID
            milliseconds = message.timeMilliseconds
        }
    }

    struct Sightings {
        var verifierKey: NoteVerifierKey?
        /// The newest checkpoint that was shown.
        var checkpoint: String?
        var events: [UInt64: Sighting] = [:]
    }

    private let client: WireClient
    private let ledger: Ledger
    private(set) var sightings = Sightings()

    init(socketPath: String, _ ledger: Ledger) throws {
        self.ledger = ledger
        client = try WireClient(socketPath, timeoutSeconds: Load.patienceSeconds)
        let keys = try client.call(
            .getKeys, GetKeysRequestMessage(), as: GetKeysResponseMessage.self)
        sightings.verifierKey = keys.keys.lazy.compactMap { NoteVerifierKey($0.verifierKey) }.first
    }

    /// Returns when told to, or when the connection ends.
    func run(while goesOn: () -> Bool) {
        do {
            while goesOn() { try look() }
        } catch WireClient.Failure.closed {
            return
        } catch {
            let isStopping = ledger.withState { $0.isStopping }
            if isStopping, (error as? RemoteStatus)?.reason == "SHUTTING_DOWN" { return }
            ledger.accuse("the operator met \(error)")
        }
    }

    private func look() throws {
        do {
            sightings.checkpoint = try client.call(
                .checkpoint, CheckpointRequestMessage(), as: CheckpointResponseMessage.self
            ).checkpoint
        } catch let refusal as RemoteStatus where refusal.reason == "AUDIT_UNREADABLE" {
            // A young broker has signed none yet.
        }
        var query = QueryEventsRequestMessage()
        query.limit = 20
        for event in try client.events(query).events {
            sightings.events[event.sequence] = Sighting(event)
        }
    }
}
