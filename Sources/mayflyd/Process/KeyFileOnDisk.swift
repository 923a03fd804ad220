internal import MayflyCrypto
internal import MayflyServer

/// The key file as the server rewrites it when a signing key changes.
struct KeyFileOnDisk: KeyStorage {
    let path: String

    func replace(with file: KeyFile) throws {
        try file.encoded().withBytes { text throws(SystemFailure) in
            try KeyFileStorage.replace(path, text.bytes)
        }
    }
}
