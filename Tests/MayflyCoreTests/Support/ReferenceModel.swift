@testable import MayflyCore

/// The rules once more, as plainly as they can be said and with nothing shared with the broker:
/// everything is kept, everything is looked through.
struct ReferenceModel {
    struct App {
        var ceiling: Set<String>
        var version = 0
        var isRemoved = false
    }

    struct Grant {
        let app: Int
        let version: Int
        let key: UInt64
        let orchestration: String
        let endsAtMilliseconds: UInt64
    }

    private(set) var apps: [App] = []
    /// What has not been released or cleared away.
    private(set) var grants: [GrantID: Grant] = [:]
    var now: UInt64

    init(now: UInt64) { self.now = now }

    mutating func addApp(_ ceiling: Set<String>) -> Int {
        apps.append(App(ceiling: ceiling))
        return apps.count - 1
    }

    mutating func remove(_ app: Int) { apps[app].isRemoved = true }

    mutating func lower(_ app: Int, to ceiling: Set<String>) {
        if !ceiling.isSuperset(of: apps[app].ceiling) { apps[app].version += 1 }
        apps[app].ceiling = ceiling
    }

    func isLive(_ grant: Grant) -> Bool {
        now < grant.endsAtMilliseconds && !apps[grant.app].isRemoved
            && apps[grant.app].version == grant.version
    }

    func isValid(_ id: GrantID) -> Bool { grants[id].map(isLive) ?? false }

    /// Whether the agent may be; a dead holder of its key is cleared away on the way.
    mutating func maySpawn(_ app: Int, _ key: UInt64, _ orchestration: String, _ scope: String)
        -> Bool
    {
        guard !apps[app].isRemoved, apps[app].ceiling.contains(scope),
            !grants.values.contains(where: {
                $0.orchestration == orchestration && $0.app != app && !apps[$0.app].isRemoved
            })
        else { return false }
        guard let holder = grants.first(where: { $0.value.key == key }) else { return true }
        if isLive(holder.value) { return false }
        grants[holder.key] = nil
        return true
    }

    mutating func spawn(
        _ id: GrantID, _ app: Int, _ key: UInt64, _ orchestration: String, seconds: UInt64
    ) {
        grants[id] = Grant(
            app: app, version: apps[app].version, key: key, orchestration: orchestration,
            endsAtMilliseconds: (now / 1_000 + seconds) * 1_000)
    }

    mutating func release(_ id: GrantID) -> Bool {
        guard isValid(id) else { return false }
        grants[id] = nil
        return true
    }

    /// Time passes and everything dead is cleared away.
    mutating func settle() { grants = grants.filter { isLive($0.value) } }
}
