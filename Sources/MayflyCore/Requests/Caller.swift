/// Who asks: the peer as the kernel names it, and the app its connection speaks for.
package struct Caller: Equatable, Sendable {
    package var uid: UserID
    package var pid: ProcessID
    package var app: Serial?
    /// What it proved that it is the app by.
    package var credential = Credential.uid

    package init(uid: UserID, pid: ProcessID, app: Serial? = nil) {
        self.uid = uid
        self.pid = pid
        self.app = app
    }

    package enum Credential: Equatable, Sendable {
        case uid
        /// The secret of this generation.
        case secret(generation: UInt32)
    }
}

extension Caller {
    /// The broker itself: what happens without anyone asking.
    package static let broker = Caller(uid: UserID(rawValue: 0), pid: ProcessID(rawValue: 0))
}
