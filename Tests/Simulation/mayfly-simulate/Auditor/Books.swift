/// Wrong secrets, by the minute, of each uid and each app.
struct FailureBook {
    private var uids: [UInt32: (minute: UInt64, count: Int)] = [:]
    private var apps: [String: (minute: UInt64, count: Int)] = [:]

    func mayTry(_ uid: UInt32, _ app: String, at now: Milliseconds) -> Bool {
        let own = count(uids[uid], now)
        if own >= 10 { return false }
        return own == 0 || count(apps[app], now) < 30
    }

    mutating func note(_ uid: UInt32, _ app: String, at now: Milliseconds) {
        uids[uid] = (now / 60_000, count(uids[uid], now) + 1)
        apps[app] = (now / 60_000, count(apps[app], now) + 1)
    }

    private func count(_ entry: (minute: UInt64, count: Int)?, _ now: Milliseconds) -> Int {
        entry.map { $0.minute == now / 60_000 ? $0.count : 0 } ?? 0
    }
}

/// Which refusals are on record singly: ten of a uid in a second. The rest are counted.
struct RefusalBook {
    struct Summary {
        var why: Why
        var count: UInt64
    }

    private struct Page {
        var second: UInt64
        var single = 0
        var counted: [UInt16: UInt64] = [:]
    }

    private var pages: [UInt32: Page] = [:]
    private var summarizedAt: UInt64 = 0

    mutating func isRecordedSingly(_ why: Why, _ uid: UInt32, at now: Milliseconds) -> Bool {
        var page = pages[uid] ?? Page(second: now / 1_000)
        if page.second < now / 1_000 {
            page.second = now / 1_000
            page.single = 0
        }
        let isSingle = page.single < 10
        if isSingle { page.single += 1 } else { page.counted[why.rawValue, default: 0] += 1 }
        pages[uid] = page
        return isSingle
    }

    /// Of the seconds that are over, once a second.
    mutating func summaries(at now: Milliseconds) -> [Summary] {
        guard summarizedAt < now / 1_000, !pages.isEmpty else { return [] }
        summarizedAt = now / 1_000
        return take { $0 < now / 1_000 }
    }

    /// Of all that was counted: the broker stops.
    mutating func remainder() -> [Summary] { take { _ in true } }

    private mutating func take(where isOver: (UInt64) -> Bool) -> [Summary] {
        var summaries: [Summary] = []
        for (uid, page) in pages.sorted(by: { $0.key < $1.key }) where isOver(page.second) {
            pages[uid] = nil
            for (why, count) in page.counted.sorted(by: { $0.key < $1.key }) {
                summaries.append(Summary(why: Why(rawValue: why) ?? .foreign, count: count))
            }
        }
        return summaries
    }
}
