internal import MayflyCore
internal import MayflyCrypto
internal import MayflyWire

/// Apps, and the secrets that some of them prove themselves by.
extension Pipeline {
    func createApp(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(CreateAppRequestMessage.self, payload)
        guard let app = message.app else {
            throw Refusal(.malformedMessage, "The request names no app.")
        }
        var terms = try AppTerms(app)
        var secret = ""
        if message.issueSecret { (terms.secret, secret) = makeClientSecret(for: terms.name) }
        decideApp(.createApp(terms), secret: secret, request)
    }

    func updateApp(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(UpdateAppRequestMessage.self, payload)
        var amendment = try AppAmendment(message)
        var secret = ""
        switch message.secret {
        case .unspecified: break
        case .issue:
            let made = makeClientSecret(for: amendment.name)
            amendment.secret = .issue(made.terms)
            secret = made.text
        case .remove: amendment.secret = .remove
        default: throw Refusal(.invalidApp, "A secret is left, issued or removed.")
        }
        decideApp(.updateApp(amendment), secret: secret, request)
    }

    /// - Parameter secret: to be shown if the app is written, and never again.
    private func decideApp(_ command: Command, secret: String, _ request: Request) {
        let outcome = apply(command, request)
        switch outcome.decision {
        case .app(let record):
            context.nameShares()
            let message = context.authority.read {
                AppMessage(
                    record, liveGrants: $0.app(named: record.name)?.liveGrants ?? 0,
                    offset: $0.timeOffset)
            }.result
            answer(
                request, restingOn: outcome.dependsOn,
                AppResponseMessage(app: message, clientSecret: secret))
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("an app is written or refused")
        }
    }

    func removeApp(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(RemoveAppRequestMessage.self, payload)
        let outcome = apply(.removeApp(try Name(appName: message.name)), request)
        switch outcome.decision {
        case .appRemoved(let ended):
            context.nameShares()
            answer(
                request, restingOn: outcome.dependsOn, RemoveAppResponseMessage(endedGrants: ended))
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("an app is removed or refused")
        }
    }

    func listApps(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        _ = try decode(ListAppsRequestMessage.self, payload)
        let (seen, position) = context.authority.read { (apps: $0.allApps, offset: $0.timeOffset) }
        let messages = seen.apps.map {
            AppMessage($0.record, liveGrants: $0.liveGrants, offset: seen.offset)
        }
        answer(request, restingOn: position, ListAppsResponseMessage(apps: messages))
    }

    func getApp(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(GetAppRequestMessage.self, payload)
        let name = try Name(appName: message.name)
        let (app, position) = look { broker in
            broker.app(named: name).map {
                AppMessage($0.record, liveGrants: $0.liveGrants, offset: broker.timeOffset)
            }
        }
        guard let app else {
            throw Refusal(.appNotFound, "No app of this name; see `mayfly app list`.")
        }
        answer(request, restingOn: position, AppResponseMessage(app: app))
    }

    /// The client id is the first letters of the name's words and 48 random bits; an app that has
    /// one keeps it.
    private func makeClientSecret(for app: Name) -> (terms: NewSecret, text: String) {
        let secret = makeSecret()
        var id = app.bytes.split(separator: UInt8(ascii: "-")).compactMap(\.first)
        id.append(UInt8(ascii: "-"))
        withUnsafeBytes(of: random.next()) { bits in
            Hex.append(UnsafeRawBufferPointer(rebasing: bits.prefix(6)), to: &id)
        }
        guard let clientID = Name(id) else {
            preconditionFailure("an app's name has letters for an identifier")
        }
        return (NewSecret(clientID: clientID, digest: secret.digest), secret.text)
    }
}
