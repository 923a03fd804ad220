package import MayflyCrypto

/// Where the key file lies.
package protocol KeyStorage: Sendable {
    /// Puts this file in the place of the one that is there: whole and durable when it returns, and
    /// when it throws, or the power goes, one of the two is there, whole.
    func replace(with file: KeyFile) throws
}

/// The key file and the database do not belong together.
package struct KeyFileMismatch: Error, CustomStringConvertible {
    package let description: String
}
