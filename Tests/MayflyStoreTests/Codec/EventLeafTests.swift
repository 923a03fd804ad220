import MayflyCore
import Testing

@testable import MayflyStore

@Suite struct EventLeafTests {
    @Test func `an event comes back as it was written`() throws {
        for event in [
            Sample.fullEvent(), Sample.event(0), Event(time: .zero, kind: .brokerStarted),
        ] {
            let leaf = EventLeaf.encode(event, sequence: 77)
            let (sequence, decoded) = try EventLeaf.decode(leaf)
            #expect(sequence == 77)
            #expect(decoded == event)
        }
    }

    @Test(arguments: EventKind.allCases) func `every kind comes back`(kind: EventKind) throws {
        let leaf = EventLeaf.encode(Event(time: Sample.time, kind: kind), sequence: 0)
        #expect(try EventLeaf.decode(leaf).event.kind == kind)
    }

    @Test(arguments: Reason.allCases) func `every reason comes back`(reason: Reason) throws {
        var event = Event(time: Sample.time, kind: .requestRefused)
        event.reason = reason
        #expect(try EventLeaf.decode(EventLeaf.encode(event, sequence: 0)).event.reason == reason)
    }

    /// A leaf's first 20 bytes with nothing wrong in them: version, sequence, time, kind, reason.
    static let header = "01 0000000000000005 0000019b76da8000 07 0000"

    @Test(arguments: [
        ("", "nothing"),
        ("02 0000000000000005 0000019b76da8000 07 0000", "another version"),
        ("01 0000000000000005 0000019b76da8000 00 0000", "kind 0"),
        ("01 0000000000000005 0000019b76da8000 ff 0000", "an unknown kind"),
        ("01 0000000000000005 0000019b76da8000 07 ffff", "an unknown reason"),
        (header + "00 0001 61", "field 0"),
        (header + "11 0001 61", "an unknown field"),
        (header + "01 0000", "an empty identifier"),
        (header + "01 0001 20", "an identifier outside its alphabet"),
        (header + "01 0002 61", "a field longer than the leaf"),
        (header + "01 00", "half a length"),
        (header + "01 0001 61 01 0001 61", "a field twice"),
        (header + "02 0001 61 01 0001 61", "fields out of order"),
        (header + "04 0007 00000000000000", "an instance too short"),
        (header + "04 0009 000000000000000000", "an instance too long"),
        (header + "05 000f 000000000000000000000000000000", "a grant too short"),
        (header + "06 0011 0000000000000000000000000000000000", "a token too long"),
        (header + "07 0000", "an empty scope"),
        (header + "07 0003 61 20 20", "a scope list with a space too many"),
        (header + "07 0002 20 61", "a scope list that starts with a space"),
        (header + "07 0001 22", "a scope list with a quote"),
        (header + "09 0003 000000", "a uid too short"),
        (header + "0c 0000", "an empty detail"),
        (header + "0c 0001 0a", "a detail with a line end"),
        (header + "0d 0008 0000000000000000", "a parent too short"),
        (header + "0e 0002 0001", "a depth in two bytes"),
        (header + "0e 0000", "an empty depth"),
        (header + "0f 0010 00000000000000000000000000000000", "a chain hash too short"),
        (header + "0f 0021" + String(repeating: "00", count: 33), "a chain hash too long"),
        (header + "10 000f 000000000000000000000000000000", "a previous token too short"),
        (header + "10 0011 0000000000000000000000000000000000", "a previous token too long"),
        (header + "0e 0001 01 0d 0010 00000000000000000000000000000000", "depth before parent"),
    ])
    func `what is not canonical is refused`(leaf: String, what: String) throws {
        #expect(throws: StoreFailure.self, "\(what)") { try EventLeaf.decode(bytes(hex: leaf)) }
    }

    @Test func `the header alone is a leaf`() throws {
        let leaf = bytes(hex: Self.header)
        let (sequence, event) = try EventLeaf.decode(leaf)
        #expect(EventLeaf.encode(event, sequence: sequence) == leaf)
    }

    @Test func `no leaf is another one cut short`() {
        let leaf = EventLeaf.encode(Sample.fullEvent(), sequence: 1)
        var accepted: [Int] = []
        for count in 0..<leaf.count where (try? EventLeaf.decode([UInt8](leaf[..<count]))) != nil {
            accepted.append(count)
        }
        // Only between two fields is a cut leaf again a leaf, of another event.
        for count in accepted {
            #expect((try? EventLeaf.decode([UInt8](leaf[..<count])).event) != Sample.fullEvent())
        }
        #expect(accepted.count == 16)
    }

    @Test func `whatever decodes encodes to the same bytes`() throws {
        let leaf = EventLeaf.encode(Sample.fullEvent(), sequence: 1)
        var random = SplitMix(state: 42)
        var decodedCount = 0
        for _ in 0..<20_000 {
            var mutant = leaf
            for _ in 0...Int(random.next() % 3) {
                mutant[Int(random.next() % UInt64(mutant.count))] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            guard let (sequence, event) = try? EventLeaf.decode(mutant) else { continue }
            decodedCount += 1
            #expect(EventLeaf.encode(event, sequence: sequence) == mutant)
        }
        #expect(decodedCount > 100)
    }
}

/// A seeded generator, so that a failure can be run again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
