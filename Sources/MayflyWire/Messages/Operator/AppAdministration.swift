private import CMayflyProto

/// `mayfly.v1.App`.
package struct AppMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var name = ""
    package var ceiling: [String] = []
    package var uids: [UInt32] = []
    package var orchestrations: [String] = []
    package var attestationKeys: [[UInt8]] = []
    package var defaultTTLSeconds: UInt32 = 0
    package var maximumTTLSeconds: UInt32 = 0
    package var sharedUid = false
    package var epoch: UInt32 = 0
    package var liveGrants: UInt64 = 0
    package var createdAt: UInt64 = 0
    /// Empty where it has no secret.
    package var clientID = ""
    package var heartbeatPolicy = HeartbeatPolicyMessage.unspecified
    package var heartbeatIntervalSeconds: UInt32 = 0
    package var crossAppDelegation = false

    package static let schema = MessageSchema(mayfly__v1__app__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__App.self)
        name = String(message.name)
        ceiling = Array(message.ceiling, message.n_ceiling) { String($0) }
        uids = Array(message.uids, message.n_uids) { $0 }
        orchestrations = Array(message.orchestrations, message.n_orchestrations) { String($0) }
        attestationKeys = Array(message.attestation_keys, message.n_attestation_keys) {
            [UInt8]($0)
        }
        defaultTTLSeconds = message.default_ttl_seconds
        maximumTTLSeconds = message.max_ttl_seconds
        sharedUid = message.shared_uid != 0
        epoch = message.epoch
        liveGrants = message.live_grants
        createdAt = message.created_at
        clientID = String(message.client_id)
        heartbeatPolicy = HeartbeatPolicyMessage(message.heartbeat_policy)
        heartbeatIntervalSeconds = message.heartbeat_interval_seconds
        crossAppDelegation = message.cross_app_delegation != 0
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, name)
        writer.elements(2, ceiling)
        writer.packed(3, uids)
        writer.elements(4, orchestrations)
        writer.elements(5, attestationKeys)
        writer.number(6, defaultTTLSeconds)
        writer.number(7, maximumTTLSeconds)
        writer.flag(8, sharedUid)
        writer.number(9, epoch)
        writer.number(10, liveGrants)
        writer.number(11, createdAt)
        writer.text(12, clientID)
        writer.enumeration(13, heartbeatPolicy)
        writer.number(14, heartbeatIntervalSeconds)
        writer.flag(15, crossAppDelegation)
    }
}

/// `mayfly.v1.CreateAppRequest`.
package struct CreateAppRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var app: AppMessage?
    /// Make a client id and a secret for it.
    package var issueSecret = false

    package static let schema = MessageSchema(mayfly__v1__create_app_request__init)

    package init(app: AppMessage? = nil, issueSecret: Bool = false) {
        self.app = app
        self.issueSecret = issueSecret
    }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__CreateAppRequest.self)
        app = AppMessage(ifPresent: message.app)
        issueSecret = message.issue_secret != 0
    }

    package func encode(into writer: inout FieldWriter) {
        writer.message(1, app)
        writer.flag(2, issueSecret)
    }
}

/// `mayfly.v1.CreateAppResponse` and `UpdateAppResponse`, which are the same on the wire, and
/// `GetAppResponse`, which never has a secret: the app as it now is.
package struct AppResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var app: AppMessage?
    /// Where one was issued: 64 hexadecimal characters, shown once.
    package var clientSecret = ""

    package static let schema = MessageSchema(mayfly__v1__create_app_response__init)

    package init(app: AppMessage? = nil, clientSecret: String = "") {
        self.app = app
        self.clientSecret = clientSecret
    }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__CreateAppResponse.self)
        app = AppMessage(ifPresent: message.app)
        clientSecret = String(message.client_secret)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.message(1, app)
        writer.text(2, clientSecret)
    }
}

package typealias CreateAppResponseMessage = AppResponseMessage
package typealias GetAppResponseMessage = AppResponseMessage
package typealias UpdateAppResponseMessage = AppResponseMessage

/// `mayfly.v1.ListAppsRequest`.
package struct ListAppsRequestMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__list_apps_request__init)
    package init() {}
}

/// `mayfly.v1.ListAppsResponse`.
package struct ListAppsResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var apps: [AppMessage] = []

    package static let schema = MessageSchema(mayfly__v1__list_apps_response__init)

    package init(apps: [AppMessage] = []) { self.apps = apps }

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__ListAppsResponse.self)
        apps = Array(message.apps, message.n_apps)
    }

    package func encode(into writer: inout FieldWriter) { writer.messages(1, apps) }
}

/// `mayfly.v1.GetAppRequest`.
package struct GetAppRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var name = ""

    package static let schema = MessageSchema(mayfly__v1__get_app_request__init)

    package init(name: String = "") { self.name = name }

    init(_ unpacked: UnpackedPointer) {
        name = String(unpacked.load(as: Mayfly__V1__GetAppRequest.self).name)
    }

    package func encode(into writer: inout FieldWriter) { writer.text(1, name) }
}

/// `mayfly.v1.RemoveAppRequest`.
package struct RemoveAppRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var name = ""

    package static let schema = MessageSchema(mayfly__v1__remove_app_request__init)

    package init(name: String = "") { self.name = name }

    init(_ unpacked: UnpackedPointer) {
        name = String(unpacked.load(as: Mayfly__V1__RemoveAppRequest.self).name)
    }

    package func encode(into writer: inout FieldWriter) { writer.text(1, name) }
}

/// `mayfly.v1.RemoveAppResponse`.
package struct RemoveAppResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var endedGrants: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__remove_app_response__init)

    package init(endedGrants: UInt64 = 0) { self.endedGrants = endedGrants }

    init(_ unpacked: UnpackedPointer) {
        endedGrants = unpacked.load(as: Mayfly__V1__RemoveAppResponse.self).ended_grants
    }

    package func encode(into writer: inout FieldWriter) { writer.number(1, endedGrants) }
}
