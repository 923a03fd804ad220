/// Batches between the thread that receives them and the task that takes them: bounded, because a
/// task may stand still for ever.
final class RevocationMailbox: Sendable {
    typealias Delivery = Result<RevocationBatch, MayflyError>

    fileprivate struct State {
        var batches: [RevocationBatch] = []
        /// Of `batches`, how many were taken.
        var taken = 0
        var digests = 0
        /// What comes after the last batch.
        var end: MayflyError?
        var waiting: [UnsafeContinuation<Delivery, Never>] = []
    }

    /// Two mebibytes of digests, and as many heartbeats as come in hours.
    static let maximumDigests = 65_536
    static let maximumBatches = 4_096

    private let state = Lock(State())

    /// - Throws: `eventsLost` where there is no room; then nothing more is taken in.
    func put(_ batch: RevocationBatch) throws(MayflyError) {
        let waiting = try state.withLock {
            state throws(MayflyError) -> UnsafeContinuation<Delivery, Never>? in
            if let end = state.end { throw end }
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            guard state.batches.count - state.taken < Self.maximumBatches,
                state.digests + batch.digests.count <= Self.maximumDigests
            else {
                state.end = .eventsLost
                throw .eventsLost
            }
            state.batches.append(batch)
            state.digests += batch.digests.count
            return nil
        }
        waiting?.resume(returning: .success(batch))
    }

    /// Nothing more comes; what is there is still given out.
    func finish(_ end: MayflyError) {
        let waiting = state.withLock { state in
            state.end = state.end ?? end
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: .failure(end)) }
    }

    /// The next batch, or what the stream ended with. A cancelled task ends the stream.
    func next() async -> Delivery {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let delivery = state.withLock { state -> Delivery? in
                    if let batch = state.takeOldest() { return .success(batch) }
                    if let end = state.end { return .failure(end) }
                    state.waiting.append(continuation)
                    return nil
                }
                if let delivery { continuation.resume(returning: delivery) }
            }
        } onCancel: {
            finish(.cancelled)
        }
    }
}

extension RevocationMailbox.State {
    fileprivate mutating func takeOldest() -> RevocationBatch? {
        guard taken < batches.count else { return nil }
        let batch = batches[taken]
        taken += 1
        digests -= batch.digests.count
        // Moved down only when half is behind, so that each batch is moved once.
        if taken * 2 >= batches.count {
            batches.removeFirst(taken)
            taken = 0
        }
        return batch
    }
}
