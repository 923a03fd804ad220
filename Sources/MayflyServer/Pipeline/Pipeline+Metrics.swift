internal import MayflyCore
internal import MayflyWire

/// Counters and histograms.
extension Pipeline {
    func metrics(
        _ payload: UnsafeRawBufferPointer, _ request: Request, _ desk: OperatorDesk
    ) throws(Refusal) {
        throw Refusal(.unimplemented, "This version does not serve the method yet.")
    }
}
