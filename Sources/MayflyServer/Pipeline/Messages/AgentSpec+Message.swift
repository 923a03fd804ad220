internal import MayflyCore
internal import MayflyWire

/// From what a message says to what the core takes: every alphabet and length is checked here.
extension AgentSpec {
    /// Without what it is to hang on, which has to be found first (`BindingWish`).
    init(_ message: AgentSpecMessage) throws(Refusal) {
        guard let publicKey = PublicKey(message.publicKey.rawBuffer) else {
            throw Refusal(.invalidPublicKey, "public_key is 32 bytes of Ed25519.")
        }
        self.init(
            orchestration: try Name(field: "orch_id", message.orchestration),
            task: try Name(field: "task_id", message.task),
            scope: try [Scope](field: "scope", message.scope),
            audience: try TextList(audience: message.audience), publicKey: publicKey,
            lifetimeSeconds: message.ttlSeconds, totalLifetimeSeconds: message.lifetimeSeconds)
        maximumUses = message.maximumUses == 0 ? nil : message.maximumUses
        isByReference = message.byReference
    }
}

extension Name {
    init(field: StaticString, _ bytes: ByteView) throws(Refusal) {
        guard let name = Name(bytes.rawBuffer) else {
            throw Refusal(
                .invalidIdentifier,
                "\(field) is 1 to \(Name.maximumBytes) bytes of [A-Za-z0-9._-], not . or ..")
        }
        self = name
    }
}

extension [Scope] {
    init(field: StaticString, _ views: [ByteView]) throws(Refusal) {
        guard 1...Limits.scopesPerAgent ~= views.count else {
            throw Refusal(.invalidScope, "\(field) has 1 to \(Limits.scopesPerAgent) scopes.")
        }
        self = []
        reserveCapacity(views.count)
        for view in views {
            guard let scope = Scope(view.rawBuffer) else { throw .noScope }
            append(scope)
        }
    }

    init(field: StaticString, texts: [String]) throws(Refusal) {
        guard 1...Limits.scopesPerAgent ~= texts.count else {
            throw Refusal(.invalidScope, "\(field) has 1 to \(Limits.scopesPerAgent) scopes.")
        }
        self = []
        for text in texts {
            guard let scope = Scope(text) else { throw .noScope }
            append(scope)
        }
    }
}

extension Refusal {
    fileprivate static var noScope: Refusal {
        Refusal(
            .invalidScope,
            "A scope is action:resource:identifier of at most \(Scope.maximumBytes) bytes, "
                + "printable ASCII without space, quote, backslash and comma.")
    }
}

extension TextList {
    init(audience views: [ByteView]) throws(Refusal) {
        guard views.count <= Limits.audiencesPerAgent else {
            throw Refusal(
                .invalidAudience, "At most \(Limits.audiencesPerAgent) audiences.")
        }
        for view in views {
            let bytes = view.rawBuffer
            guard 1...Limits.audienceBytes ~= bytes.count, bytes.allSatisfy(Scope.isPrintable)
            else {
                throw Refusal(
                    .invalidAudience,
                    "An audience is 1 to \(Limits.audienceBytes) bytes of printable ASCII without "
                        + "space, quote, backslash and comma.")
            }
        }
        self.init(words: views.map(\.bytes))
    }
}
