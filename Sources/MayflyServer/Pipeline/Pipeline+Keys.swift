internal import MayflyCore
internal import MayflyWire

/// The keys that tokens and checkpoints are signed by.
extension Pipeline {
    func getKeys(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        _ = try decode(GetKeysRequestMessage.self, payload)
        answer(request, restingOn: .start, context.publicKeys)
    }

    func rotateKey(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        throw Refusal(.unimplemented, "This version does not serve the method yet.")
    }
}
