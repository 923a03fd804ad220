/// Bytes that live elsewhere: in a receive buffer or in a message arena.
///
/// A received view is good until the arena's next reset and until the receive buffer moves on,
/// whichever is first; what is to live longer is copied with `bytes` or `text`. A view made with
/// `init(copying:)` keeps its own bytes and is good for as long as it is held: that is how a client
/// fills a request. Not `Sendable`, because a received view may not leave its arena's thread.
package struct ByteView {
    private let base: UnsafeRawPointer?
    package let count: Int
    private let owner: OwnedBytes?

    package static var empty: ByteView { ByteView(base: nil, count: 0) }

    init(base: UnsafeRawPointer?, count: Int) {
        self.base = base
        self.count = count
        owner = nil
    }

    /// Bytes that the caller keeps alive and unmoved for as long as the view is used.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.init(base: bytes.baseAddress, count: bytes.count)
    }

    package init(copying bytes: [UInt8]) {
        let owned = bytes.withUnsafeBytes { OwnedBytes($0) }
        base = owned.base
        count = bytes.count
        owner = owned
    }

    package init(copying text: String) { self.init(copying: [UInt8](text.utf8)) }

    /// The view keeps no hold of a `StaticString`: its bytes are part of the program.
    package init(_ text: StaticString) {
        self.init(base: UnsafeRawPointer(text.utf8Start), count: text.utf8CodeUnitCount)
    }

    package var isEmpty: Bool { count == 0 }

    /// Good for as long as the view itself is.
    package var rawBuffer: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count)
    }

    package var bytes: [UInt8] { [UInt8](rawBuffer) }

    /// The bytes as text; a field of a checked message that is text is valid UTF-8.
    package var text: String { String(decoding: rawBuffer, as: UTF8.self) }

    package func equals(_ text: StaticString) -> Bool {
        text.utf8CodeUnitCount == count
            && rawBuffer.elementsEqual(
                UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package func equals(_ other: ByteView) -> Bool {
        count == other.count && rawBuffer.elementsEqual(other.rawBuffer)
    }
}

/// A heap copy that a view holds on to.
private final class OwnedBytes {
    private let storage: UnsafeMutableRawBufferPointer

    var base: UnsafeRawPointer? { UnsafeRawPointer(storage.baseAddress) }

    init(_ bytes: UnsafeRawBufferPointer) {
        storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        storage.copyMemory(from: bytes)
    }

    deinit { storage.deallocate() }
}
