/// The keys that tokens are signed by, and the clock that they tell.
extension Broker {
    /// New tokens are signed by the new key. What the old one signed is valid until its expiry,
    /// or, in an emergency, dead at once, and with it all that any key before signed.
    func rotateKey(
        _ number: KeyNumber, _ publicKey: PublicKey, isEmergency: Bool, _ caller: Caller,
        _ now: Instant
    ) -> Outcome {
        if !isEmergency && keys.all.count >= Limits.signingKeys {
            return refuse(
                Refusal(
                    .keysExhausted,
                    "\(Limits.signingKeys) keys may still have valid tokens; wait until some have "
                        + "none.", limit: .keys), caller, now, dependsOn: position)
        }
        precondition(keys.find(number) == nil, "numbers of keys are never reused")
        var outcome = Outcome(.recorded, dependsOn: .start)
        for var record in keys.all {
            guard isEmergency ? record.state != .revoked : record.state == .current else {
                continue
            }
            record.state = isEmergency ? .revoked : .retired
            record.notAfter = isEmergency ? now : highestEnd
            record.position = nextPosition
            keys.write(record)
            outcome.changes.append(.keyWritten(record))
        }
        let record = KeyRecord(
            number: number, publicKey: publicKey, state: .current, notBefore: now, notAfter: nil,
            position: nextPosition)
        keys.write(record)
        outcome.changes.append(.keyWritten(record))
        var event = event(.keyRotated, caller, now)
        event.count = UInt64(number.rawValue)
        event.detail = Array("emergency=\(isEmergency)".utf8)
        self.record(event, in: &outcome)
        if isEmergency {
            lastEnd = position
            requestSweep()
        }
        outcome.decision = .keyRotated(record)
        outcome.dependsOn = position
        return outcome
    }

    /// Keys that nothing valid is signed by any more are forgotten.
    func retireKeys(_ now: Instant, _ outcome: inout Outcome) {
        guard keys.all.count > 1 else { return }
        for record in keys.all where record.state != .current {
            guard let notAfter = record.notAfter, now >= notAfter,
                record.state == .retired || sweeps.isEmpty
            else { continue }
            keys.delete(record.number)
            outcome.changes.append(.keyDeleted(record.number))
            var event = Event(time: now, kind: .keyRetired)
            event.count = UInt64(record.number.rawValue)
            self.record(event, in: &outcome)
        }
    }

    package var signingKeys: [KeyRecord] { keys.all }

    /// Grants live on as long as they would have: only the time that is told changes.
    func acceptTime(_ offset: ClockOffset, _ caller: Caller, _ now: Instant) -> Outcome {
        var outcome = Outcome(.recorded, dependsOn: .start)
        let shift = offset.milliseconds - clockOffset.milliseconds
        clockOffset = offset
        isClockDeviant = false
        var event = event(.timeAccepted, caller, now)
        event.detail = Array("shift_milliseconds=\(shift)".utf8)
        record(event, in: &outcome)
        outcome.changes.append(.clockOffsetWritten(offset))
        outcome.dependsOn = position
        return outcome
    }
}
