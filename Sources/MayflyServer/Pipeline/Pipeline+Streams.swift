internal import MayflyCore
internal import MayflyWire

/// The stream of ends.
extension Pipeline {
    /// How many connections follow the ends.
    var watchers: Int { 0 }

    func watchRevocations(
        _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        throw Refusal(.unimplemented, "This version does not serve the method yet.")
    }
}
