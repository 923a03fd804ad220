/// What delegation and renewal may give, as plainly as it can be said and with nothing shared with
/// the broker: sets of permissions, numbers, and a walk to the root.
struct NarrowingModel {
    struct Grant {
        var parent: Int?
        var holder: Int?
        var scope: Set<String>
        var audience: Set<String>
        var usesLeft: Int?
        var depth: Int
        /// No token of the grant ever ends later.
        var latestEnd: UInt64
        var expiry: UInt64
        var isEnded = false
    }

    private(set) var grants: [Grant] = []
    var now: UInt64

    func isValid(_ index: Int) -> Bool {
        let grant = grants[index]
        return !grant.isEnded && now < grant.expiry
            && [grant.parent, grant.holder].allSatisfy { $0.map(isValid) ?? true }
    }

    /// The latest expiry that a token of the grant may have now.
    func bound(of index: Int) -> UInt64 {
        let hangsOn = [grants[index].parent, grants[index].holder].compactMap { $0 }
        return hangsOn.map { min(bound(of: $0), grants[$0].expiry) }
            .reduce(grants[index].latestEnd, min)
    }

    /// Whether the grant may come to be; its expiry is judged once it has its place.
    mutating func add(_ grant: Grant, asks uses: Int?) -> Bool {
        grants.append(grant)
        guard let parent = grant.parent, let holder = grant.holder else { return true }
        let giver = grants[parent]
        if let left = giver.usesLeft { grants[parent].usesLeft = left - (uses ?? left + 1) }
        return isValid(parent) && isValid(holder) && grant.scope.isSubset(of: giver.scope)
            && grant.audience.isSubset(of: giver.audience) && grants[parent].usesLeft ?? 0 >= 0
            && grant.depth == giver.depth + 1 && grant.depth <= 5
            && grant.latestEnd <= giver.latestEnd && grant.expiry <= bound(of: grants.count - 1)
    }

    mutating func renew(_ index: Int, scope: Set<String>, until expiry: UInt64) -> Bool {
        let isNarrow = isValid(index) && scope.isSubset(of: grants[index].scope)
        grants[index].scope = scope
        grants[index].expiry = expiry
        return isNarrow && expiry <= bound(of: index)
    }

    mutating func consume(_ index: Int) -> Bool {
        if let left = grants[index].usesLeft { grants[index].usesLeft = left - 1 }
        return isValid(index) && grants[index].usesLeft ?? 0 >= 0
    }

    mutating func end(_ index: Int) { grants[index].isEnded = true }
}
