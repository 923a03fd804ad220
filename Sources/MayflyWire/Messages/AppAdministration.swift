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
    }
}

/// `mayfly.v1.CreateAppRequest`.
package struct CreateAppRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var app: AppMessage?

    package static let schema = MessageSchema(mayfly__v1__create_app_request__init)

    package init(app: AppMessage? = nil) { self.app = app }

    init(_ unpacked: UnpackedPointer) {
        app = AppMessage(ifPresent: unpacked.load(as: Mayfly__V1__CreateAppRequest.self).app)
    }

    package func encode(into writer: inout FieldWriter) { writer.message(1, app) }
}

/// `mayfly.v1.CreateAppResponse`, `GetAppResponse` and `UpdateAppResponse`, which are the same on
/// the wire: the app as it now is.
package struct AppResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var app: AppMessage?

    package static let schema = MessageSchema(mayfly__v1__get_app_response__init)

    package init(app: AppMessage? = nil) { self.app = app }

    init(_ unpacked: UnpackedPointer) {
        app = AppMessage(ifPresent: unpacked.load(as: Mayfly__V1__GetAppResponse.self).app)
    }

    package func encode(into writer: inout FieldWriter) { writer.message(1, app) }
}

package typealias CreateAppResponseMessage = AppResponseMessage
package typealias GetAppResponseMessage = AppResponseMessage
package typealias UpdateAppResponseMessage = AppResponseMessage

/// `mayfly.v1.ListAppsRequest`.
package struct ListAppsRequestMessage: EmptyRequest {
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
