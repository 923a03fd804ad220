internal import MayflyWire

/// How a channel gets its links.
extension Channel {
    /// A link with the client's identity made known on it.
    func open() async throws(MayflyError) -> Connected {
        let link = try Link(try await dial())
        guard let request = identity.request else {
            return Connected(link: link, slot: SessionSlot(), requestLimit: firstLimit)
        }
        let call = OutgoingCall(
            method: .authenticate, message: EncodedMessage(request), limit: firstLimit,
            deadline: .now().advanced(by: options.connectTimeout),
            timeout: options.connectTimeout)
        do throws(MayflyError) {
            switch await call.make(on: link, for: AuthenticateResponseMessage.self) {
            case .reply(let response):
                return Connected(
                    link: link, slot: SessionSlot(try Session(response)),
                    requestLimit: WireLimits.frameBytes)
            case .refused(let refusal): throw .refused(refusal)
            case .failed(let error, _): throw error
            }
        } catch {
            link.close(error)
            throw error
        }
    }

    /// A link of its own that speaks for no app: for a stream, which may be cut as a whole.
    func separateLink() async throws(MayflyError) -> Link {
        guard !isClosed else { throw .closed }
        // Detached, so that a cancelled task does not dial without a pause.
        let link = await Task.detached { () -> Result<Link, MayflyError> in
            do throws(MayflyError) {
                return .success(try Link(try await self.dial()))
            } catch {
                return .failure(error)
            }
        }.value
        return try link.get()
    }

    /// Dials until the broker is there or it has been waited for long enough.
    private func dial() async throws(MayflyError) -> Descriptor {
        let start = MonotonicTime.now()
        let absentUntil = start.advanced(by: options.brokerWait)
        let fullUntil = start.advanced(by: options.connectTimeout)
        while true {
            do throws(Dialer.Failure) {
                return try dialer.dial()
            } catch {
                let until = error.isQueueFull ? max(absentUntil, fullUntil) : absentUntil
                guard MonotonicTime.now() < until else { throw .connection(error.sentence) }
            }
            // Of a detached task, which nobody cancels.
            try? await Task.sleep(for: Self.dialInterval)
        }
    }

    private static let dialInterval = Duration.milliseconds(20)
}
