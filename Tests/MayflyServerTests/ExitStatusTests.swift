import MayflyServer
import MayflyStore
import Testing

@Suite struct `How a server that cannot start ends its process` {
    @Test(arguments: [
        (
            StoreFailure.database(operation: "commit", code: 10, message: "disk I/O error"),
            Int32(74)
        ),
        (.corruptRow(table: "grants", key: 1, problem: "short"), 74),
        (.corruptLog("root"), 74), (.notDurable("synchronous"), 74),
        (.foreignFile("version 9"), 78), (.foreignIdentity("issuer"), 78),
        (.noThread(code: 11), 70),
    ])
    func `a broken disk and another broker's directory are told apart`(
        failure: StoreFailure, code: Int32
    ) {
        #expect(MayflyServer.ExitStatus(ofStartFailure: failure).rawValue == code)
    }

    @Test func `an error of no known kind is the program's`() {
        struct Unknown: Error {}
        #expect(MayflyServer.ExitStatus(ofStartFailure: Unknown()) == .software)
    }

    @Test func `the store and the process agree on the code of a failed disk`() {
        #expect(MayflyServer.ExitStatus.storageFailed.rawValue == StoreFailure.exitCode)
    }
}
