/// Failed attempts to prove a client secret, counted per minute for each uid and each app. Whoever has not
/// failed is never held up by those who have: at an app's limit only uids that have failed wait.
struct FailureLedger {
    private struct Window {
        var minute: UInt64
        var failures = 0
    }

    /// Uids and apps told apart; the others share one count.
    private static let known = 1_024
    private static let others = UserID(rawValue: .max)

    private var uids: [UserID: Window] = [:]
    private var names: [Name: Window] = [:]

    /// Whether this uid may try again now to prove that it is the client.
    func mayTry(_ uid: UserID, _ name: Name, at now: Instant) -> Bool {
        let own = failures(uids[key(uid)], now)
        if own >= Limits.failuresPerMinute { return false }
        return own == 0 || failures(names[name], now) < Limits.failuresOfAppPerMinute
    }

    mutating func note(_ uid: UserID, _ name: Name, at now: Instant) {
        forgetOld(now)
        let uid = key(uid)
        uids[uid] = counted(uids[uid], now)
        guard names[name] != nil || names.count < Self.known else { return }
        names[name] = counted(names[name], now)
    }

    private func key(_ uid: UserID) -> UserID {
        uids[uid] != nil || uids.count < Self.known ? uid : Self.others
    }

    private func failures(_ window: Window?, _ now: Instant) -> Int {
        guard let window, window.minute == now.seconds / 60 else { return 0 }
        return window.failures
    }

    private func counted(_ window: Window?, _ now: Instant) -> Window {
        Window(minute: now.seconds / 60, failures: failures(window, now) + 1)
    }

    private mutating func forgetOld(_ now: Instant) {
        guard uids.count >= Self.known || names.count >= Self.known else { return }
        uids = uids.filter { $0.value.minute == now.seconds / 60 }
        names = names.filter { $0.value.minute == now.seconds / 60 }
    }
}
