/// Where a delegated grant hangs: made with it and never changed.
package final class Delegation: Equatable, Sendable {
    /// The delegator's grant.
    package let parent: GrantID
    /// The delegate's own grant, made at its spawn or registration.
    package let holder: GrantID
    /// The grant that the whole chain began with.
    package let root: GrantID
    /// The delegate: whom the token is for.
    package let subject: AgentName
    /// Hops from the root, 1 to 5.
    package let depth: UInt8
    /// The hop as the delegator signed it: a compact JWS.
    package let hop: [UInt8]

    package init(
        parent: GrantID, holder: GrantID, root: GrantID, subject: AgentName, depth: UInt8,
        hop: [UInt8]
    ) {
        self.parent = parent
        self.holder = holder
        self.root = root
        self.subject = subject
        self.depth = depth
        self.hop = hop
    }

    package static func == (left: Delegation, right: Delegation) -> Bool {
        left.parent == right.parent && left.holder == right.holder && left.root == right.root
            && left.subject == right.subject && left.depth == right.depth && left.hop == right.hop
    }
}
