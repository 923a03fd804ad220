package import MayflyCrypto

/// The JSON object in which an agent is handed to its process: see `InheritedAgent`.
package enum HandoverText {
    /// A token of 16 KiB and a socket's path fit several times.
    package static let maximumBytes = 48 << 10

    /// The text, in locked memory, as it has the agent's key.
    ///
    /// - Parameter seed: of the agent's key.
    /// - Returns: nil where the path of the socket would need an escape.
    package static func text(
        of agent: Agent, seed: LockedSecret, socketPath: String
    ) -> LockedSecret? {
        guard socketPath.utf8.allSatisfy({ isPlain($0) }) else { return nil }
        let head = Array(
            """
            {"socket":"\(socketPath)","agent_id":"\(agent.id)","expires_at":\
            \(agent.expiresAt.seconds),"token":"\(agent.token)","private_key":"
            """.utf8)
        let tail = Array("\"}".utf8)
        return PrivateKeyText.text(seed: seed).withBytes { pem in
            let lineBreaks = pem.count { $0 == UInt8(ascii: "\n") }
            return LockedSecret(count: head.count + pem.count + lineBreaks + tail.count) { target in
                target.copyBytes(from: head)
                var end = head.count
                for byte in pem {
                    if byte == UInt8(ascii: "\n") {
                        target[end] = UInt8(ascii: "\\")
                        target[end + 1] = UInt8(ascii: "n")
                        end += 2
                    } else {
                        target[end] = byte
                        end += 1
                    }
                }
                UnsafeMutableRawBufferPointer(rebasing: target[end...]).copyBytes(from: tail)
            }
        }
    }

    /// JSON takes it as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
