internal import MayflyCrypto

/// The payload of a live token, to be written in every wrong way, and signed as the broker would.
struct LivePayload {
    /// In their order, each value as the JSON text that it was.
    var members: [(name: String, json: String)] = []

    init(members: [(name: String, json: String)]) { self.members = members }

    init(of token: [UInt8]) {
        let parts = token.split(separator: UInt8(ascii: "."))
        let json = parts.count == 3 ? Base64URL.decode([UInt8](parts[1])) ?? [] : []
        members = Self.split(String(decoding: json, as: UTF8.self))
    }

    var json: String {
        "{" + members.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",") + "}"
    }

    subscript(name: String) -> String? { members.first { $0.name == name }?.json }

    func replacing(_ name: String, _ change: (String) -> String) -> LivePayload {
        var copy = self
        for place in copy.members.indices where copy.members[place].name == name {
            copy.members[place].json = change(copy.members[place].json)
        }
        return copy
    }

    func removing(_ name: String) -> LivePayload {
        var copy = self
        copy.members.removeAll { $0.name == name }
        return copy
    }

    func adding(_ name: String, _ json: String, first: Bool = false) -> LivePayload {
        var copy = self
        copy.members.insert((name, json), at: first ? 0 : members.count)
        return copy
    }

    func token(by signer: TokenSigner) -> [UInt8] { Self.token([UInt8](json.utf8), by: signer) }

    static func token(_ payload: [UInt8], by signer: TokenSigner) -> [UInt8] {
        payload.withUnsafeBytes { signer.token(payload: $0) }
    }

    /// The members of a canonical object: no white space, no escapes.
    private static func split(_ json: String) -> [(name: String, json: String)] {
        var members: [(String, String)] = []
        var (depth, isQuoted, start) = (0, false, json.startIndex)
        func take(upTo end: String.Index) {
            let parts = json[start..<end].split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                members.append((String(parts[0].dropFirst().dropLast()), String(parts[1])))
            }
        }
        for place in json.indices {
            let character = json[place]
            if character == "\"" { isQuoted.toggle() }
            if isQuoted { continue }
            switch character {
            case "{", "[":
                depth += 1
                if depth == 1 { start = json.index(after: place) }
            case "}", "]":
                depth -= 1
                if depth == 0 { take(upTo: place) }
            case "," where depth == 1:
                take(upTo: place)
                start = json.index(after: place)
            default: break
            }
        }
        return members
    }
}
