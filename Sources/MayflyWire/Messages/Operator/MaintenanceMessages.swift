private import CMayflyProto

/// `mayfly.v1.AcceptTimeRequest`.
package struct AcceptTimeRequestMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__accept_time_request__init)
    package init() {}
}

/// `mayfly.v1.AcceptTimeResponse`.
package struct AcceptTimeResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    /// By how much the broker's clock was moved.
    package var shiftedMilliseconds: Int64 = 0
    package var nowMilliseconds: UInt64 = 0

    package static let schema = MessageSchema(mayfly__v1__accept_time_response__init)

    package init() {}

    init(_ unpacked: UnpackedPointer) {
        let message = unpacked.load(as: Mayfly__V1__AcceptTimeResponse.self)
        shiftedMilliseconds = message.shifted_milliseconds
        nowMilliseconds = message.now_milliseconds
    }

    package func encode(into writer: inout FieldWriter) {
        writer.signed(1, shiftedMilliseconds)
        writer.number(2, nowMilliseconds)
    }
}

/// `mayfly.v1.RotateKeyRequest`.
package struct RotateKeyRequestMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    /// End at once everything that the current key signed.
    package var emergency = false

    package static let schema = MessageSchema(mayfly__v1__rotate_key_request__init)

    package init(emergency: Bool = false) { self.emergency = emergency }

    init(_ unpacked: UnpackedPointer) {
        emergency = unpacked.load(as: Mayfly__V1__RotateKeyRequest.self).emergency != 0
    }

    package func encode(into writer: inout FieldWriter) { writer.flag(1, emergency) }
}

/// `mayfly.v1.RotateKeyResponse`.
package struct RotateKeyResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    package var key: PublicKeyMessage?

    package static let schema = MessageSchema(mayfly__v1__rotate_key_response__init)

    package init(key: PublicKeyMessage? = nil) { self.key = key }

    init(_ unpacked: UnpackedPointer) {
        key = PublicKeyMessage(ifPresent: unpacked.load(as: Mayfly__V1__RotateKeyResponse.self).key)
    }

    package func encode(into writer: inout FieldWriter) { writer.message(1, key) }
}

/// `mayfly.v1.MetricsRequest`.
package struct MetricsRequestMessage: EmptyMessage {
    package static let schema = MessageSchema(mayfly__v1__metrics_request__init)
    package init() {}
}

/// `mayfly.v1.MetricsResponse`.
package struct MetricsResponseMessage: UnpackedMessage, EncodableMessage, Equatable, Sendable {
    /// Prometheus text.
    package var text = ""

    package static let schema = MessageSchema(mayfly__v1__metrics_response__init)

    package init(text: String = "") { self.text = text }

    init(_ unpacked: UnpackedPointer) {
        text = String(unpacked.load(as: Mayfly__V1__MetricsResponse.self).text)
    }

    package func encode(into writer: inout FieldWriter) { writer.text(1, text) }
}
