// MayflyCrypto: keys, signatures, digests, locked secrets, and the byte formats made of them.
//
// The only room that imports CSodium (libsodium 1.0.18). It may not know MayflyCore, MayflyWire or
// MayflyStore, nor Foundation; it does no input or output: bytes come in, values come out. A peer's
// bytes are refused with nil or a refusal; a precondition guards only what our own code promises.

private import CSodium

/// The library beneath this room.
package enum Sodium {
    private static let started: Void = {
        precondition(sodium_init() >= 0, "libsodium finds no source of randomness")
    }()

    /// Starts the library, once; everything in this room that needs it calls this itself.
    package static func start() { _ = started }
}
