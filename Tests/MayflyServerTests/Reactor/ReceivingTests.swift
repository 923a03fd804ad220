internal import CLinux
internal import Glibc
@testable internal import MayflyServer
import Testing

@Suite struct `Receiving from a socket that lets descriptors through` {
    private let near: Int32
    private let far: Int32

    init() throws {
        (near, far) = try Self.makePair()
    }

    /// Not for the programs that other tests start.
    private static func makePair() throws -> (Int32, Int32) {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        var pair: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(kind), 0, &pair) == 0 else {
            throw SystemFailure("socketpair")
        }
        return (pair[0], pair[1])
    }

    /// Sends bytes with descriptors beside them.
    private func send(_ bytes: [UInt8], passing descriptors: [Int32]) -> Int {
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
        return data.withUnsafeMutableBytes { data in
            var piece = iovec(iov_base: data.baseAddress, iov_len: data.count)
            return withUnsafeMutablePointer(to: &piece) { piece in
                var message = msghdr()
                message.msg_iov = piece
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = control.count
                return sendmsg(near, &message, 0)
            }
        }
    }

    private func receive(_ buffer: inout [UInt8], _ capacity: Int) -> Int {
        var passed = [Int32](repeating: -1, count: Int(CLINUX_PASSED_DESCRIPTORS))
        var count: Int32 = 0
        let received = clinux_receive_taking(far, &buffer, capacity, &passed, &count)
        for descriptor in passed[..<Int(count)] { clinux_close_passed(descriptor) }
        return received
    }

    /// A socket says so when nobody holds its other end any more.
    private func passAndReceive(_ count: Int, capacity: Int) throws -> Bool {
        let (watched, passed) = try Self.makePair()
        defer { close(watched) }
        let sent = send([1, 2, 3, 4], passing: .init(repeating: passed, count: count))
        close(passed)
        try #require(sent == 4)
        var buffer = [UInt8](repeating: 0, count: capacity)
        try #require(receive(&buffer, capacity) == min(4, capacity))
        var byte: UInt8 = 0
        return read(watched, &byte, 1) == 0
    }

    @Test(arguments: [1, 2, 252, 253])
    func `every descriptor that came is taken, and can be closed`(count: Int) throws {
        #expect(try passAndReceive(count, capacity: 64))
        #expect(try passAndReceive(count, capacity: 2))
        close(near)
        close(far)
    }
}
