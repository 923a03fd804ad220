internal import MayflyWire

/// What an accepted time moved.
public struct AcceptedTime: Equatable, Sendable {
    /// By how much the broker's clock was moved, in milliseconds; 0 where the clocks agreed.
    public let shiftedMilliseconds: Int64
    /// The broker's clock from now on.
    public let now: UnixTime

    init(_ message: AcceptTimeResponseMessage) {
        shiftedMilliseconds = message.shiftedMilliseconds
        now = UnixTime(milliseconds: message.nowMilliseconds)
    }
}

/// Keys, the clock, and figures.
extension OperatorClient {
    /// Makes a new key sign tokens. The one before verifies until its last token has expired.
    ///
    /// - Parameter emergency: ends at once everything that was signed before.
    /// - Returns: the new key.
    /// - Throws: `refused` with `KEY_STORAGE_FAILED` or `KEYS_EXHAUSTED`; `outcomeUnknown` where the
    ///   reply was lost.
    public func rotateKey(emergency: Bool = false) async throws(MayflyError) -> BrokerKey {
        let response = try await channel.call(
            .rotateKey, .forbidden, for: RotateKeyResponseMessage.self
        ) { _ in EncodedMessage(RotateKeyRequestMessage(emergency: emergency)) }
        guard let key = response.key else {
            throw .outcomeUnknown(cause: .protocolViolation("The answer names no key."))
        }
        return BrokerKey(key)
    }

    /// Takes the system's clock as it is now, after it departed from the broker's and issuing
    /// stopped. What is live keeps the life that it has left.
    public func acceptTime() async throws(MayflyError) -> AcceptedTime {
        AcceptedTime(
            try await channel.call(.acceptTime, .allowed, for: AcceptTimeResponseMessage.self) {
                _ in EncodedMessage(AcceptTimeRequestMessage())
            })
    }

    /// Counters and histograms, in the text format of Prometheus.
    public func metrics() async throws(MayflyError) -> String {
        try await channel.call(.metrics, .allowed, for: MetricsResponseMessage.self) { _ in
            EncodedMessage(MetricsRequestMessage())
        }.text
    }
}
