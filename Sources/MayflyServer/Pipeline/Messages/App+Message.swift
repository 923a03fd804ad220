internal import MayflyCore
internal import MayflyWire

/// Between what the operator says about apps and what the core takes.
extension AppTerms {
    init(_ message: AppMessage) throws(Refusal) {
        self.init(
            name: try Name(appName: message.name),
            ceiling: try [Scope](ceiling: message.ceiling),
            uids: message.uids.map(UserID.init(rawValue:)),
            orchestrations: try [Name](orchestrations: message.orchestrations),
            attestationKeys: try [PublicKey](attestation: message.attestationKeys),
            defaultLifetimeSeconds: message.defaultTTLSeconds,
            maximumLifetimeSeconds: message.maximumTTLSeconds, sharesUid: message.sharedUid)
        heartbeat = try HeartbeatTerms(
            message.heartbeatPolicy, intervalSeconds: message.heartbeatIntervalSeconds)
        delegatesAcrossApps = message.crossAppDelegation
    }
}

extension AppAmendment {
    init(_ message: UpdateAppRequestMessage) throws(Refusal) {
        self.init(name: try Name(appName: message.name))
        if let texts = message.ceiling { ceiling = try [Scope](ceiling: texts) }
        if let numbers = message.uids { uids = numbers.map(UserID.init(rawValue:)) }
        if let names = message.orchestrations {
            orchestrations = try [Name](orchestrations: names)
        }
        if let keys = message.attestationKeys {
            attestationKeys = try [PublicKey](attestation: keys)
        }
        if message.defaultTTLSeconds != 0 { defaultLifetimeSeconds = message.defaultTTLSeconds }
        if message.maximumTTLSeconds != 0 { maximumLifetimeSeconds = message.maximumTTLSeconds }
        sharesUid = message.sharedUid
        if let terms = message.heartbeat {
            heartbeat = try HeartbeatTerms(terms.policy, intervalSeconds: terms.intervalSeconds)
        }
        delegatesAcrossApps = message.crossAppDelegation
    }
}

extension HeartbeatTerms {
    /// Which intervals there are is for the core to say.
    fileprivate init(
        _ message: HeartbeatPolicyMessage, intervalSeconds: UInt32
    ) throws(Refusal) {
        switch message {
        case .unspecified, .nothing: self = .none
        case .flag: self.init(policy: .flag, intervalSeconds: intervalSeconds)
        case .end: self.init(policy: .end, intervalSeconds: intervalSeconds)
        default: throw Refusal(.invalidApp, "There is no such heartbeat policy.")
        }
    }

    fileprivate var message: HeartbeatPolicyMessage {
        switch policy {
        case .none: .nothing
        case .flag: .flag
        case .end: .end
        }
    }
}

extension AppMessage {
    /// - Parameter offset: what the time that is told has on top of the broker's own.
    init(_ record: AppRecord, liveGrants: Int, offset: ClockOffset) {
        self.init()
        name = record.name.text
        ceiling = record.ceiling.map(\.text)
        uids = record.uids.map(\.rawValue)
        orchestrations = record.orchestrations.map(\.text)
        attestationKeys = record.attestationKeys.map(\.bytes)
        defaultTTLSeconds = record.defaultLifetimeSeconds
        maximumTTLSeconds = record.maximumLifetimeSeconds
        sharedUid = record.sharesUid
        epoch = record.epoch
        self.liveGrants = UInt64(liveGrants)
        createdAt = record.createdAt.shifted(by: offset).seconds
        clientID = record.secret?.clientID.text ?? ""
        heartbeatPolicy = record.heartbeat.message
        heartbeatIntervalSeconds = record.heartbeat.intervalSeconds
        crossAppDelegation = record.delegatesAcrossApps
    }
}

extension Name {
    private static let maximumAppBytes = 64

    /// An app's name: 1 to 64 bytes of `[a-z0-9-]`, from a letter.
    init(appName text: String) throws(Refusal) {
        let bytes = [UInt8](text.utf8)
        let isPlain = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, bytes.count <= Self.maximumAppBytes, let first = bytes.first,
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= first, let name = Name(bytes)
        else {
            throw Refusal(
                .invalidIdentifier,
                "An app's name is 1 to \(Self.maximumAppBytes) bytes of [a-z0-9-], from a letter.")
        }
        self = name
    }
}

extension [Scope] {
    fileprivate init(ceiling texts: [String]) throws(Refusal) {
        self = []
        for text in texts {
            guard let scope = Scope(text), !scope.isReserved else {
                throw Refusal(
                    .invalidScope,
                    "A ceiling is made of scopes action:resource:identifier, * for any identifier, "
                        + "and not of the families admin: and app:.")
            }
            append(scope)
        }
    }
}

extension [Name] {
    fileprivate init(orchestrations texts: [String]) throws(Refusal) {
        self = []
        for text in texts {
            guard let name = Name(text) else {
                throw Refusal(
                    .invalidIdentifier,
                    "An orchestration id is 1 to \(Name.maximumBytes) bytes of [A-Za-z0-9._-].")
            }
            append(name)
        }
    }
}

extension [PublicKey] {
    fileprivate init(attestation keys: [[UInt8]]) throws(Refusal) {
        self = []
        for bytes in keys {
            guard let key = PublicKey(bytes) else {
                throw Refusal(.invalidPublicKey, "An attestation key is 32 bytes of Ed25519.")
            }
            append(key)
        }
    }
}
