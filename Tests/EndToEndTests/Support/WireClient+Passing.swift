internal import Glibc

extension WireClient {
    /// Sends bytes with descriptors beside them.
    ///
    /// - Returns: false where the kernel keeps them from the broker (SO_PASSRIGHTS).
    func send(
        _ bytes: [UInt8], passing descriptors: [Int32]
    ) throws -> Bool {
        let size = descriptors.count * MemoryLayout<Int32>.size
        // cmsg(3), whose macros Swift does not see: length, level, type, then the data.
        let header = 16
        let control = UnsafeMutableRawBufferPointer.allocate(
            byteCount: (header + size + 7) & ~7, alignment: 8)
        defer { control.deallocate() }
        control.storeBytes(of: header + size, as: Int.self)
        control.storeBytes(of: SOL_SOCKET, toByteOffset: 8, as: Int32.self)
        control.storeBytes(of: Int32(SCM_RIGHTS), toByteOffset: 12, as: Int32.self)
        descriptors.withUnsafeBytes {
            UnsafeMutableRawBufferPointer(rebasing: control[header...]).copyMemory(from: $0)
        }
        var data = bytes
        return try data.withUnsafeMutableBytes { data in
            var piece = iovec(iov_base: data.baseAddress, iov_len: data.count)
            return try withUnsafeMutablePointer(to: &piece) { piece in
                var message = msghdr()
                message.msg_iov = piece
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = control.count
                let count = sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
                if count == data.count { return true }
                guard count < 0, errno == EPERM else { throw SystemError("sendmsg") }
                return false
            }
        }
    }
}
