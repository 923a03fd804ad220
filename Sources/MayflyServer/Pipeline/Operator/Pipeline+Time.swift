internal import MayflyCore
internal import MayflyWire

/// The operator says that the system's clock is right where the broker's departed from it.
extension Pipeline {
    /// What is told moves by whole seconds, so that both clocks' seconds begin together; grants
    /// live on as long as they would have.
    func acceptTime(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        _ = try decode(AcceptTimeRequestMessage.self, payload)
        let shift = wholeSeconds(context.clock.deviationMilliseconds)
        let offset = ClockOffset(milliseconds: context.clock.offset.milliseconds + shift)
        let outcome = apply(.acceptTime(offset), request)
        var response = AcceptTimeResponseMessage()
        response.shiftedMilliseconds = shift
        response.nowMilliseconds = request.now.shifted(by: offset).milliseconds
        answer(request, restingOn: outcome.dependsOn, response)
    }
}

/// Rounded to the nearest second: milliseconds.
func wholeSeconds(_ milliseconds: Int64) -> Int64 {
    let half: Int64 = milliseconds < 0 ? -500 : 500
    return (milliseconds + half) / 1_000 * 1_000
}
