// MayflyCore is the domain: what a grant is, who may have one, when it is valid, when it ends.
// It is pure. It may not know sockets, files, clocks, randomness, cryptography or Foundation:
// time and entropy come in as arguments, and the same inputs give the same outputs.

/// A 128-bit identifier in two words, written as 32 lower-case hex characters.
package protocol WideIdentifier: Hashable, Sendable {
    var high: UInt64 { get }
    var low: UInt64 { get }
    init(high: UInt64, low: UInt64)
}

/// The authority an agent holds. Never reused.
///
/// A registration grant's high word is its agent's instance, so that one index finds a grant by
/// its id and an agent by its instance.
package struct GrantID: WideIdentifier {
    package let high: UInt64
    package let low: UInt64
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// One token of a grant: the `jti` claim. Its high word is its grant's, so that the index that
/// finds a grant by its id finds it by its current token too.
package struct TokenID: WideIdentifier {
    package let high: UInt64
    package let low: UInt64
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// What a renewal is known by when it is asked for again: 16 bytes of the agent's choice.
package struct RenewalID: WideIdentifier {
    package let high: UInt64
    package let low: UInt64
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// The last segment of an agent's SPIFFE ID: 16 lower-case hex characters, never reused.
package struct InstanceID: Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The place of a grant or an app in the order of their making: the store's monotonic key.
package struct Serial: Hashable, Comparable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    package static func < (left: Serial, right: Serial) -> Bool { left.rawValue < right.rawValue }
}

/// A place in the audit log: how many events it has once the change in question is in it.
///
/// A change is durable when the durable position has reached the change's own.
package struct LogPosition: Hashable, Comparable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    package static let start = LogPosition(rawValue: 0)
    package static func < (left: LogPosition, right: LogPosition) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Which of the broker's signing keys; numbers are never reused.
package struct KeyNumber: Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A Unix user, as the kernel reports it for a peer.
package struct UserID: Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A process, as the kernel reports it for a peer.
package struct ProcessID: Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// What to add to the broker's own time for the time that it tells: 0 until the operator has
/// accepted a system clock that departed from it. Whole seconds, so that both clocks' seconds begin
/// together.
package struct ClockOffset: Hashable, Sendable {
    package let milliseconds: Int64
    package static let none = ClockOffset(milliseconds: 0)
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package var reversed: ClockOffset { ClockOffset(milliseconds: -milliseconds) }
}

/// Milliseconds since the Unix epoch on the broker's own clock.
package struct Instant: Hashable, Comparable, Sendable {
    package let milliseconds: UInt64
    package init(milliseconds: UInt64) { self.milliseconds = milliseconds }
    package static let zero = Instant(milliseconds: 0)

    /// Whole seconds since the Unix epoch, rounded down: what a JWT's times are in.
    package var seconds: UInt64 { milliseconds / 1_000 }

    package func advanced(bySeconds seconds: UInt64) -> Instant {
        Instant(milliseconds: milliseconds + seconds * 1_000)
    }

    /// As another clock has it; never before the epoch.
    package func shifted(by offset: ClockOffset) -> Instant {
        let (sum, _) = Int64(clamping: milliseconds).addingReportingOverflow(offset.milliseconds)
        return Instant(milliseconds: UInt64(max(0, sum)))
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
