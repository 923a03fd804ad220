/// Whose part of the limits something takes: a uid's own, or the one that all uids have together
/// which neither an app nor the operator named. Decided when it is taken, and kept with it, so that
/// what was taken is what is given back.
package struct UserShare: Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package init(of uid: UserID) { rawValue = uid.rawValue }
    /// No user has this number: to the kernel it means none.
    package static let unnamed = UserShare(rawValue: .max)
}
