private import Glibc
internal import MayflyCrypto
private import MayflyServer

extension Daemon {
    /// The broker's secrets: those of the key file, or fresh ones on the very first start.
    ///
    /// Call with the data directory locked: two first starts at once would make two keys.
    func loadSecrets() throws(StartFailure) -> KeyFile {
        let path = configuration.keyFilePath
        guard var bytes = try KeyFileStorage.read(path) else { return try makeSecrets(path) }
        let outcome = bytes.withUnsafeMutableBytes { bytes in
            Result { () throws(KeyFileRefusal) in try KeyFile(wiping: bytes) }
        }
        switch outcome {
        case .success(let secrets): return secrets
        case .failure(let refusal):
            throw StartFailure(.keyFileRefused, "\(path): \(describe(refusal))")
        }
    }

    private func makeSecrets(_ path: String) throws(StartFailure) -> KeyFile {
        // What is stored was made with the key that is missing: its digests would match nothing, and
        // agents could get the instances of others.
        let database = configuration.server.databasePath
        guard access(database, F_OK) != 0 else {
            throw StartFailure(
                .keyFileRefused, "\(path): missing, and \(database) needs it: restore it")
        }
        let secrets = KeyFile.generate()
        try secrets.encoded().withBytes { text throws(StartFailure) in
            try KeyFileStorage.create(path, text.bytes)
        }
        return secrets
    }
}

private func describe(_ refusal: KeyFileRefusal) -> String {
    switch refusal {
    case .unknownFormat: "is no key file of a format known here"
    case .malformedLine(let number): "line \(number) is damaged"
    case .trailingBytes: "has something after its last line"
    }
}
