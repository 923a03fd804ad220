// A payload that can be written in every wrong way.

/// Claims in their order, each value as JSON text.
struct ClaimList: Sendable {
    var claims: [(name: String, json: String)]

    init(_ claims: [(name: String, json: String)]) { self.claims = claims }

    var json: String {
        "{" + claims.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ",") + "}"
    }

    /// The first claim of a name: replaced where it stands, taken out, or put behind the others.
    subscript(name: String) -> String? {
        get { claims.first { $0.name == name }?.json }
        set {
            let place = claims.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let json?): claims[place].json = json
            case (let place?, nil): claims.remove(at: place)
            case (nil, let json?): claims.append((name, json))
            case (nil, nil): break
            }
        }
    }
}

extension ClaimList {
    mutating func insert(_ name: String, _ json: String, before next: String) {
        let place = claims.firstIndex { $0.name == next } ?? claims.endIndex
        claims.insert((name, json), at: place)
    }
}

/// A text or a list of texts as JSON; the texts need no escapes.
func quoted(_ text: String) -> String { "\"\(text)\"" }

func quoted(_ texts: [String]) -> String {
    "[" + texts.map { quoted($0) }.joined(separator: ",") + "]"
}
