internal import Logging
internal import MayflyCore
internal import MayflyStore
internal import MayflyWire

/// The operator's methods: the audit and the broker's state are here, each other kind in a file of
/// its own.
extension Pipeline {
    func operate(
        _ method: Method, _ payload: UnsafeRawBufferPointer, _ request: Request,
        _ desk: OperatorDesk
    ) throws(Refusal) {
        switch method {
        case .createApp: try createApp(payload, request)
        case .updateApp: try updateApp(payload, request)
        case .removeApp: try removeApp(payload, request)
        case .listApps: try listApps(payload, request)
        case .getApp: try getApp(payload, request)
        case .operatorCreateLaunchToken: try operatorCreateLaunchToken(payload, request)
        case .revoke: try revoke(payload, request)
        case .listRevocations: try listRevocations(payload, request)
        case .liftRevocation: try liftRevocation(payload, request)
        case .listGrants: try listGrants(payload, request)
        case .queryEvents: try queryEvents(payload, request, desk)
        case .checkpoint: try checkpoint(payload, request, desk)
        case .rotateKey: try rotateKey(payload, request)
        case .acceptTime: try acceptTime(payload, request)
        case .status: try status(payload, request, desk)
        case .metrics: try metrics(payload, request, desk)
        default: preconditionFailure("\(method) is not an operator's")
        }
    }

    // MARK: Audit

    /// Events are on disk before they can be read, so no answer here waits.
    private func queryEvents(
        _ payload: UnsafeRawBufferPointer, _ request: Request, _ desk: OperatorDesk
    ) throws(Refusal) {
        let query = try EventQuery(
            try decode(QueryEventsRequestMessage.self, payload), issuer: context.issuer)
        do throws(StoreFailure) {
            let page = try desk.events.page(query.filter, query.order, limit: query.limit)
            let response = QueryEventsResponseMessage(
                page, isAscending: query.isAscending, issuer: context.issuer)
            answer(request, restingOn: .start, response)
        } catch {
            context.logger.error("the audit cannot be read", metadata: ["cause": "\(error)"])
            throw Refusal(
                .auditUnreadable, "The audit cannot be read; the broker's log says why.")
        }
    }

    private func checkpoint(
        _ payload: UnsafeRawBufferPointer, _ request: Request, _ desk: OperatorDesk
    ) throws(Refusal) {
        _ = try decode(CheckpointRequestMessage.self, payload)
        guard let note = desk.log.newestCheckpoint else {
            throw Refusal(.auditUnreadable, "There is no checkpoint yet; ask again in a second.")
        }
        answer(request, restingOn: .start, CheckpointResponseMessage(checkpoint: note))
    }
}
