/// One of the keys that sign tokens; its secret half is in the key file and nowhere else.
package struct KeyRecord: Equatable, Sendable {
    package enum State: UInt8, Sendable {
        /// Signs new tokens.
        case current = 1
        /// Signs nothing new; what it signed is valid until its expiry.
        case retired = 2
        /// What it signed is dead.
        case revoked = 3
    }

    package var number: KeyNumber
    package var publicKey: PublicKey
    package var state: State
    package var notBefore: Instant
    /// Nothing that it signed is valid after this; nil while it is current.
    package var notAfter: Instant?
    package var position: LogPosition

    package init(
        number: KeyNumber, publicKey: PublicKey, state: State, notBefore: Instant,
        notAfter: Instant?, position: LogPosition
    ) {
        self.number = number
        self.publicKey = publicKey
        self.state = state
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.position = position
    }
}
