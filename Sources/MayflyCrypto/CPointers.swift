// What libsodium's declarations ask for: bytes, and pointers that may or may not be null.

extension UnsafeRawBufferPointer {
    /// For parameters that may be null where there are no bytes.
    var octets: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }

    /// For parameters that may not be null; the caller has made sure that there are bytes.
    var firstOctet: UnsafePointer<UInt8> {
        guard let octets else { preconditionFailure("a buffer with bytes has an address") }
        return octets
    }
}

extension UnsafeMutableRawBufferPointer {
    /// For parameters that may not be null; the caller has made sure that there are bytes.
    var firstOctet: UnsafeMutablePointer<UInt8> {
        guard let octets = baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            preconditionFailure("a buffer with bytes has an address")
        }
        return octets
    }
}
