/// An enumeration of the contract: a number with names. One that this version has no name for is
/// kept as it came, so that the broker can refuse it and a client can pass it on.
package protocol WireEnumeration: RawRepresentable, Hashable, Sendable where RawValue == Int32 {
    init(rawValue: Int32)
}

extension WireEnumeration {
    /// From the generated enumeration.
    init(_ generated: some RawRepresentable<UInt32>) {
        self.init(rawValue: Int32(bitPattern: generated.rawValue))
    }

    init(_ field: FieldWalk.Field) { self.init(rawValue: Int32(truncatingIfNeeded: field.value)) }
}

/// `mayfly.v1.AgentState`: what an agent says it is doing.
package struct AgentStateMessage: WireEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = AgentStateMessage(rawValue: 0)
    package static let active = AgentStateMessage(rawValue: 1)
    package static let idle = AgentStateMessage(rawValue: 2)
    package static let completing = AgentStateMessage(rawValue: 3)
}

/// `mayfly.v1.HeartbeatPolicy`: what becomes of an agent that misses its app's interval.
package struct HeartbeatPolicyMessage: WireEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// As `nothing`.
    package static let unspecified = HeartbeatPolicyMessage(rawValue: 0)
    package static let nothing = HeartbeatPolicyMessage(rawValue: 1)
    package static let flag = HeartbeatPolicyMessage(rawValue: 2)
    package static let end = HeartbeatPolicyMessage(rawValue: 3)
}

/// `mayfly.v1.SecretChange`: what is to become of an app's secret.
package struct SecretChangeMessage: WireEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// It stays.
    package static let unspecified = SecretChangeMessage(rawValue: 0)
    package static let issue = SecretChangeMessage(rawValue: 1)
    package static let remove = SecretChangeMessage(rawValue: 2)
}

/// `mayfly.v1.KeyUse`: what a key signs.
package struct KeyUseMessage: WireEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = KeyUseMessage(rawValue: 0)
    package static let token = KeyUseMessage(rawValue: 1)
    package static let checkpoint = KeyUseMessage(rawValue: 2)
}

/// `mayfly.v1.RevocationLevel`: what a revocation names.
package struct RevocationLevelMessage: WireEnumeration {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let unspecified = RevocationLevelMessage(rawValue: 0)
    package static let token = RevocationLevelMessage(rawValue: 1)
    package static let grant = RevocationLevelMessage(rawValue: 2)
    package static let agent = RevocationLevelMessage(rawValue: 3)
    package static let task = RevocationLevelMessage(rawValue: 4)
    package static let chain = RevocationLevelMessage(rawValue: 5)
}

extension FieldWriter {
    package mutating func enumeration(_ field: UInt32, _ value: some WireEnumeration) {
        signed(field, Int64(value.rawValue))
    }
}
