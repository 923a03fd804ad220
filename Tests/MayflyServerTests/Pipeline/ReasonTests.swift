internal import Glibc
internal import MayflyCore
internal import MayflyWire
@testable internal import MayflyServer
import Testing

/// The table of refusals in proto/PROTOCOL.md is the contract; this is that the program keeps it.
@Suite struct `The refusals of the protocol` {
    /// Reason to gRPC code, as the page has them.
    private static let documented: [String: String] = {
        var found: [String: String] = [:]
        var code = ""
        let section = protocolPage.split(separator: "\n")
            .drop { $0 != "## Refusals" }.prefix { !$0.hasPrefix("**What only") }
        for line in section {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count >= 4, let reason = quoted(cells[2]) else { continue }
            if let named = quoted(cells[1]) { code = named }
            if cells[1].allSatisfy(\.isWhitespace) || cells[1].contains(where: \.isNumber) {
                found[reason] = code
            }
        }
        return found
    }()

    private static let protocolPage: String = {
        let here = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        guard let file = fopen("/\(here)/proto/PROTOCOL.md", "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }()

    /// The first word in backquotes of a cell that begins with one.
    private static func quoted(_ cell: Substring) -> String? {
        let trimmed = cell.drop(while: \.isWhitespace)
        guard trimmed.first == "`" else { return nil }
        return String(trimmed.dropFirst().prefix { $0 != "`" })
    }

    @Test func `every reason that the page gives a code for has that code`() {
        #expect(Self.documented.count >= 30)
        for (reason, code) in Self.documented.sorted(by: { $0.key < $1.key }) {
            let known = Reason.allCases.first { $0.code == reason }
            #expect(known?.status.text == code, "\(reason)")
        }
    }

    @Test func `every reason that an answer can carry is on the page`() {
        let onlyOnRecord: Set<Reason> = [
            .invalidToken, .unknownGrant, .tokenMismatch, .released, .expired, .appRemoved,
            .ceilingLowered, .orphaned, .reboot, .keyRetired, .usesExhausted, .revoked, .superseded,
            .heartbeatMissed, .processExited, .connectionClosed,
        ]
        for reason in Reason.allCases where !onlyOnRecord.contains(reason) {
            #expect(Self.documented[reason.code] != nil, "\(reason.code)")
        }
        for reason in onlyOnRecord {
            #expect(Self.protocolPage.contains("`\(reason.code)`"), "\(reason.code)")
        }
    }

    @Test func `every limit that a refusal can name is on the page`() {
        for limit in ShareLimit.allCases {
            #expect(Self.protocolPage.contains("`\(limit.text)`"), "\(limit.text)")
        }
    }

    @Test func `a refusal for a limit tells programs its name, any other tells them nothing`() {
        let exhausted = Refusal(.liveGrantsExhausted, "Release some.", limit: .liveGrantsPerUid)
        #expect(exhausted.metadata.map { "\($0.0)=\($0.1)" } == ["limit=live_grants_per_uid"])
        #expect(Refusal(.appNotFound, "No such app.").metadata.isEmpty)
    }
}
