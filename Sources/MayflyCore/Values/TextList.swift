/// A short list of printable ASCII words in one allocation: a grant's scopes or audiences.
///
/// The words are joined by single spaces, which no scope and no audience may hold.
package struct TextList: Hashable, Sendable {
    package let joined: [UInt8]

    package static let empty = TextList(joined: [])

    /// Words already checked; their order is kept.
    package init(_ scopes: [Scope]) { self.init(words: scopes.lazy.map(\.bytes)) }

    package init(words: some Sequence<[UInt8]>) {
        joined = Array(words.joined(separator: [UInt8(ascii: " ")]))
    }

    /// As `joined` gave it, for the store.
    package init(joined: [UInt8]) { self.joined = joined }

    package var words: [ArraySlice<UInt8>] { joined.split(separator: UInt8(ascii: " ")) }
    package var isEmpty: Bool { joined.isEmpty }
}
