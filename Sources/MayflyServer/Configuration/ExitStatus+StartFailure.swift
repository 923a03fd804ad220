private import MayflyStore

extension ExitStatus {
    /// What a process ends with whose server could not start.
    package init(ofStartFailure error: any Error) {
        self =
            switch error {
            case let failure as StoreFailure: ExitStatus(of: failure)
            case is KeyFileMismatch: .keyFileRefused
            case is SystemFailure: .cannotCreate
            default: .software
            }
    }

    private init(of failure: StoreFailure) {
        self =
            switch failure {
            case .database, .corruptRow, .corruptMeta, .corruptLog, .notDurable: .storageFailed
            // The disk is well: this directory, issuer or key is not the one meant.
            case .foreignFile, .foreignIdentity: .configuration
            case .noThread: .software
            }
    }
}
