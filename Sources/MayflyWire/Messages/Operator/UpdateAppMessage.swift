private import CMayflyProto

/// `mayfly.v1.UpdateAppRequest`: nil leaves a thing as it is.
package struct UpdateAppRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    /// A policy and its interval change together.
    package struct Heartbeat: Equatable, Sendable {
        package var policy = HeartbeatPolicyMessage.unspecified
        package var intervalSeconds: UInt32 = 0

        package init() {}
    }

    package var name = ""
    package var ceiling: [String]?
    package var uids: [UInt32]?
    package var orchestrations: [String]?
    package var attestationKeys: [[UInt8]]?
    /// 0 leaves it as it is.
    package var defaultTTLSeconds: UInt32 = 0
    /// 0 leaves it as it is.
    package var maximumTTLSeconds: UInt32 = 0
    package var sharedUid: Bool?
    package var heartbeat: Heartbeat?
    package var crossAppDelegation: Bool?
    /// Unspecified leaves it as it is.
    package var secret = SecretChangeMessage.unspecified

    package static let schema = MessageSchema(mayfly__v1__update_app_request__init)

    package init(name: String = "") { self.name = name }

    /// What has its flag not set is not read.
    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__UpdateAppRequest.self)
        name = String(message.name)
        if message.set_ceiling != 0 {
            ceiling = Array(message.ceiling, message.n_ceiling) { String($0) }
        }
        if message.set_uids != 0 { uids = Array(message.uids, message.n_uids) { $0 } }
        if message.set_orchestrations != 0 {
            orchestrations = Array(message.orchestrations, message.n_orchestrations) {
                String($0)
            }
        }
        if message.set_attestation_keys != 0 {
            attestationKeys = Array(message.attestation_keys, message.n_attestation_keys) {
                [UInt8]($0)
            }
        }
        defaultTTLSeconds = message.default_ttl_seconds
        maximumTTLSeconds = message.max_ttl_seconds
        if message.set_shared_uid != 0 { sharedUid = message.shared_uid != 0 }
        if message.set_heartbeat != 0 {
            var heartbeat = Heartbeat()
            heartbeat.policy = HeartbeatPolicyMessage(message.heartbeat_policy)
            heartbeat.intervalSeconds = message.heartbeat_interval_seconds
            self.heartbeat = heartbeat
        }
        if message.set_cross_app_delegation != 0 {
            crossAppDelegation = message.cross_app_delegation != 0
        }
        secret = SecretChangeMessage(message.secret)
    }

    package func encode(into writer: inout FieldWriter) {
        writer.text(1, name)
        writer.flag(2, ceiling != nil)
        writer.elements(3, ceiling ?? [])
        writer.flag(4, uids != nil)
        writer.packed(5, uids ?? [])
        writer.flag(6, orchestrations != nil)
        writer.elements(7, orchestrations ?? [])
        writer.flag(8, attestationKeys != nil)
        writer.elements(9, attestationKeys ?? [])
        writer.number(10, defaultTTLSeconds)
        writer.number(11, maximumTTLSeconds)
        writer.flag(12, sharedUid != nil)
        writer.flag(13, sharedUid ?? false)
        writer.flag(14, heartbeat != nil)
        writer.enumeration(15, heartbeat?.policy ?? .unspecified)
        writer.number(16, heartbeat?.intervalSeconds ?? 0)
        writer.flag(17, crossAppDelegation != nil)
        writer.flag(18, crossAppDelegation ?? false)
        writer.enumeration(19, secret)
    }
}
