internal import MayflyCore
internal import MayflyCrypto
internal import MayflyStore
@testable internal import MayflyServer
import Testing

/// A key file that lies nowhere, and may refuse to be written.
final class TestStorage: KeyStorage {
    struct Full: Error {}

    private let state = Monitor<(written: [KeyFile], isFull: Bool)>(([], false))

    var written: [KeyFile] { state.withLock { $0.written } }
    func fill() { state.withLock { $0.isFull = true } }

    func replace(with file: KeyFile) throws {
        try state.withLock { state in
            if state.isFull { throw Full() }
            state.written.append(file)
        }
    }
}

extension KeyFile {
    var numbers: [UInt32] { tokenSigningSeeds.map(\.number) }

    /// One with these keys only.
    static func holding(_ numbers: [UInt32]) -> KeyFile {
        let all = numbers.filter { $0 != 1 }.reduce(KeyFile.generate()) {
            $0.adding(number: $1, seed: .random())
        }
        return numbers.contains(1) ? all : all.removing(numbers: [1])
    }

    /// As the core would know them: the last is current.
    func records(_ numbers: [UInt32]) throws -> [KeyRecord] {
        try numbers.map { number in
            let seed = try #require(tokenSigningSeed(number))
            let key = Ed25519PrivateKey(seed: seed).publicKey
            return KeyRecord(
                number: KeyNumber(rawValue: number), publicKey: try #require(PublicKey(key.bytes)),
                state: number == numbers.last ? .current : .retired, notBefore: .at(1),
                notAfter: number == numbers.last ? nil : .at(9), position: .at(1))
        }
    }
}

private func mismatch<Result>(_ body: () throws(KeyFileMismatch) -> Result) -> KeyFileMismatch? {
    do throws(KeyFileMismatch) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

private func reason<Result>(_ body: () throws(Refusal) -> Result) -> Reason? {
    do throws(Refusal) {
        _ = try body()
        return nil
    } catch {
        return error.reason
    }
}

@Suite struct `The keys at a start` {
    @Test func `a store without keys takes the file's first`() throws {
        let file = KeyFile.generate()
        let (all, new) = try KeyKeeper.records(
            of: file, stored: [], now: .at(5), position: .at(1))
        #expect(all == [try #require(new)])
        #expect(new?.number == KeyNumber(rawValue: 1))
        #expect(new?.state == .current)
        #expect(new?.publicKey == (try file.records([1])[0].publicKey))
    }

    @Test func `a store that has keys keeps them`() throws {
        let file = KeyFile.holding([1, 2, 3])
        let stored = try file.records([2, 3])
        let (all, new) = try KeyKeeper.records(
            of: file, stored: stored, now: .at(5), position: .at(1))
        #expect(all == stored)
        #expect(new == nil)
    }

    @Test func `a file that lacks a key of the store is refused by name`() throws {
        let file = KeyFile.holding([1, 2])
        let stored = try file.records([1, 2])
        let older = file.removing(numbers: [2])
        let refused = mismatch { () throws(KeyFileMismatch) in
            try KeyKeeper.records(of: older, stored: stored, now: .at(5), position: .at(1))
        }
        #expect(refused?.description.contains("token-signing-seed 2") == true)
    }

    @Test func `another broker's file is refused`() throws {
        let stored = try KeyFile.generate().records([1])
        let refused = mismatch { () throws(KeyFileMismatch) in
            try KeyKeeper.records(of: .generate(), stored: stored, now: .at(5), position: .at(1))
        }
        #expect(refused?.description.contains("another key") == true)
    }

    @Test func `what the store does not know is taken out of the file`() throws {
        let storage = TestStorage()
        let file = KeyFile.holding([1, 2, 3])
        let keeper = KeyKeeper(file, storage: storage)
        try keeper.prune(to: try file.records([2]))
        #expect(storage.written.map(\.numbers) == [[2]])
        #expect(keeper.ring.numbers == [2])
    }

    @Test func `a file with nothing to take out is not written`() throws {
        let storage = TestStorage()
        let file = KeyFile.holding([1, 2])
        try KeyKeeper(file, storage: storage).prune(to: try file.records([1, 2]))
        #expect(storage.written.isEmpty)
    }
}

@Suite struct `A new signing key` {
    private let storage = TestStorage()

    @Test func `it is in the file and in the ring before anyone is told of it`() throws {
        let file = KeyFile.generate()
        let keeper = KeyKeeper(file, storage: storage)
        let key = try keeper.addKey(known: try file.records([1]), isEmergency: false)
        #expect(key.number == KeyNumber(rawValue: 2))
        #expect(storage.written.map(\.numbers) == [[1, 2]])
        #expect(keeper.ring.numbers == [1, 2])
        #expect(keeper.ring.signer(2)?.key.publicKey.bytes == key.publicKey.bytes)
    }

    @Test func `what the core has forgotten goes with it`() throws {
        let file = KeyFile.holding([1, 2, 3])
        let keeper = KeyKeeper(file, storage: storage)
        _ = try keeper.addKey(known: try file.records([2, 3]), isEmergency: false)
        #expect(storage.written.map(\.numbers) == [[2, 3, 4]])
    }

    @Test func `a number that a crash left in the file is not used for another key`() throws {
        let file = KeyFile.holding([1, 2])
        let keeper = KeyKeeper(file, storage: storage)
        let key = try keeper.addKey(known: try file.records([1]), isEmergency: false)
        #expect(key.number == KeyNumber(rawValue: 3))
    }

    @Test func `a file that cannot be written changes nothing`() throws {
        let file = KeyFile.generate()
        let keeper = KeyKeeper(file, storage: storage)
        storage.fill()
        let known = try file.records([1])
        #expect(
            reason { () throws(Refusal) in
                try keeper.addKey(known: known, isEmergency: false)
            } == .keyStorageFailed)
        #expect(keeper.ring.numbers == [1])
    }

    struct Place: Sendable {
        let count: UInt32
        let isEmergency: Bool
        let refused: Reason?
    }

    static let places: [Place] = [
        Place(count: 6, isEmergency: false, refused: nil),
        Place(count: 7, isEmergency: false, refused: .keysExhausted),
        Place(count: 7, isEmergency: true, refused: nil),
        Place(count: 8, isEmergency: true, refused: .keysExhausted),
    ]

    @Test(arguments: places)
    func `the last place is for an emergency`(place: Place) throws {
        let numbers = Array(1...place.count)
        let file = KeyFile.holding(numbers)
        let keeper = KeyKeeper(file, storage: storage)
        let known = try file.records(numbers)
        #expect(
            reason { () throws(Refusal) in
                try keeper.addKey(known: known, isEmergency: place.isEmergency)
            } == place.refused)
    }
}
