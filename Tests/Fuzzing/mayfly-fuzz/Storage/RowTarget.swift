@testable internal import MayflyCore
@testable internal import MayflyStore

/// The rows of the store and the leaves of the audit tree, as bytes that someone may have edited.
///
/// The first byte names the table. What decodes encodes to the same bytes: no byte of a row is
/// without meaning.
final class RowTarget: FuzzTarget {
    static let name = "rows"
    static let longestInput = 4_096
    static let dictionary = ["read:data:*", "eyJ0.eyJp-_.c2ln", "*"]

    init() {}

    func run(_ bytes: UnsafeRawBufferPointer) {
        var input = FuzzInput(bytes)
        let table = RowTable.allCases[input.choice(RowTable.allCases.count)]
        guard let again = table.recode(input.rest) else { return }
        // A row of the version before is written in the present one, which then stays as it is.
        guard again.first == input.rest.first else {
            let kept = again.withUnsafeBytes { table.recode($0) }
            return expect(kept == again, "an earlier row of \(table) keeps what was read")
        }
        expect(again.elementsEqual(input.rest), "a row of \(table) is all that was read")
    }

    func seeds() -> [[UInt8]] {
        RowTable.allCases.flatMap { table in
            table.samples.map { [table.rawValue] + $0 }
        }
    }
}

/// What has rows of bytes.
enum RowTable: UInt8, CaseIterable {
    case grants
    case apps
    case launchTokens
    case revocations
    case keys
    case events
    case frontiers

    /// Decodes a row and encodes what came of it; nil where it is refused.
    func recode(_ row: UnsafeRawBufferPointer) -> [UInt8]? {
        let key = Serial(rawValue: 7)
        var writer = ByteWriter(capacity: 512)
        do throws(Malformed) {
            switch self {
            case .grants: GrantRow.encode(try GrantRow.decode(row, serial: key), into: &writer)
            case .apps: AppRow.encode(try AppRow.decode(row, serial: key), into: &writer)
            case .launchTokens:
                LaunchTokenRow.encode(try LaunchTokenRow.decode(row, serial: key), into: &writer)
            case .revocations:
                RevocationRow.encode(try RevocationRow.decode(row, serial: key), into: &writer)
            case .keys: KeyRow.encode(try KeyRow.decode(row, key: key), into: &writer)
            case .events:
                let (sequence, event) = try EventLeaf.decode(row)
                return EventLeaf.encode(event, sequence: sequence)
            case .frontiers: return MerkleFrontier(serialized: row)?.serialized
            }
        } catch {
            return nil
        }
        return writer.withBytes { [UInt8]($0) }
    }

    /// Rows as the store writes them.
    var samples: [[UInt8]] {
        func bytes(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
            var writer = ByteWriter(capacity: 512)
            write(&writer)
            return writer.withBytes { [UInt8]($0) }
        }
        switch self {
        case .grants:
            return [RowSamples.grant, RowSamples.delegatedGrant].map { grant in
                bytes { GrantRow.encode(grant, into: &$0) }
            }
        case .apps: return [bytes { AppRow.encode(RowSamples.app, into: &$0) }]
        case .launchTokens: return [bytes { LaunchTokenRow.encode(RowSamples.token, into: &$0) }]
        case .revocations:
            return [bytes { RevocationRow.encode(RowSamples.revocation, into: &$0) }]
        case .keys: return [bytes { KeyRow.encode(RowSamples.key, into: &$0) }]
        case .events: return [EventLeaf.encode(RowSamples.event, sequence: 3)]
        case .frontiers:
            var frontier = MerkleFrontier()
            for _ in 0..<5 { frontier.append(.sample) }
            return [frontier.serialized]
        }
    }
}
