internal import Logging
internal import MayflyCore
internal import MayflyStore
internal import MayflyWire

/// The operator's methods: apps, the audit, the broker's state.
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
        case .queryEvents: try queryEvents(payload, request, desk)
        case .checkpoint: try checkpoint(payload, request, desk)
        case .status: try status(payload, request, desk)
        default:
            throw Refusal(.unimplemented, "This version does not serve the method yet.")
        }
    }

    // MARK: Apps

    private func createApp(
        _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        let message = try decode(CreateAppRequestMessage.self, payload)
        guard let app = message.app else {
            throw Refusal(.malformedMessage, "The request names no app.")
        }
        decideApp(.createApp(try AppTerms(app)), request)
    }

    private func updateApp(
        _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        let message = try decode(UpdateAppRequestMessage.self, payload)
        decideApp(.updateApp(try AppAmendment(message)), request)
    }

    private func decideApp(_ command: Command, _ request: Request) {
        let outcome = context.authority.apply(command, from: request.caller, at: request.now)
        switch outcome.decision {
        case .app(let record):
            let live = context.authority.read { $0.app(named: record.name)?.liveGrants ?? 0 }.result
            answer(
                request, restingOn: outcome.dependsOn,
                AppResponseMessage(app: AppMessage(record, liveGrants: live)))
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("an app is written or refused")
        }
    }

    private func removeApp(
        _ payload: UnsafeRawBufferPointer, _ request: Request
    ) throws(Refusal) {
        let message = try decode(RemoveAppRequestMessage.self, payload)
        let outcome = context.authority.apply(
            .removeApp(try Name(appName: message.name)), from: request.caller, at: request.now)
        switch outcome.decision {
        case .appRemoved(let ended):
            answer(
                request, restingOn: outcome.dependsOn, RemoveAppResponseMessage(endedGrants: ended))
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("an app is removed or refused")
        }
    }

    private func listApps(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        _ = try decode(ListAppsRequestMessage.self, payload)
        let (apps, position) = context.authority.read { $0.allApps }
        let messages = apps.map { AppMessage($0.record, liveGrants: $0.liveGrants) }
        answer(request, restingOn: position, ListAppsResponseMessage(apps: messages))
    }

    private func getApp(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(GetAppRequestMessage.self, payload)
        let name = try Name(appName: message.name)
        let (app, position) = look { $0.app(named: name) }
        guard let app else {
            throw Refusal(.appNotFound, "No app of this name; see `mayfly app list`.")
        }
        answer(
            request, restingOn: position,
            AppResponseMessage(app: AppMessage(app.record, liveGrants: app.liveGrants)))
    }

    // MARK: Audit

    /// Events are on disk before they can be read, so no answer here waits.
    private func queryEvents(
        _ payload: UnsafeRawBufferPointer, _ request: Request, _ desk: OperatorDesk
    ) throws(Refusal) {
        let query = try EventQuery(
            try decode(QueryEventsRequestMessage.self, payload),
            trustDomain: context.issuer.trustDomain)
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

    // MARK: Status

    private func status(
        _ payload: UnsafeRawBufferPointer, _ request: Request, _ desk: OperatorDesk
    ) throws(Refusal) {
        _ = try decode(StatusRequestMessage.self, payload)
        let process = ProcessFigures.read()
        let (core, position) = context.authority.read {
            (counters: $0.counters, live: $0.liveGrants, apps: $0.allApps.count)
        }
        var response = StatusResponseMessage()
        response.version = desk.vitalSigns.version
        response.issuer = context.issuer.issuer
        response.trustDomain = context.issuer.trustDomain
        response.startedAt = desk.vitalSigns.startedAt.seconds
        response.reactors = UInt32(desk.vitalSigns.reactors)
        response.connections = UInt64(max(0, context.connections))
        response.liveGrants = UInt64(core.live)
        response.apps = UInt64(core.apps)
        response.spawned = core.counters.spawned
        response.released = core.counters.released
        response.validated = core.counters.validated
        response.expired = core.counters.expired
        response.refused = core.counters.refused
        response.logPosition = position.rawValue
        response.durablePosition = context.authority.durablePosition.rawValue
        response.commits = desk.log.commits
        response.walCheckpoints = desk.log.walCheckpoints
        response.cpuUserMicroseconds = process.cpuUserMicroseconds
        response.cpuSystemMicroseconds = process.cpuSystemMicroseconds
        response.residentBytes = process.residentBytes
        response.openDescriptors = process.openDescriptors
        response.writtenBytes = process.writtenBytes
        response.pid = process.pid
        answer(request, restingOn: position, response)
    }
}
