import Glibc
import MayflyCrypto
import MayflyServer
import Testing

@testable import mayflyd

@Suite struct `The broker's secrets` {
    private func daemon(_ directory: String) -> Daemon {
        let server = ServerConfiguration(
            dataDirectory: directory, agentSocketPath: directory + "/a/agent.sock",
            operatorSocketPath: directory + "/o/operator.sock")
        return Daemon(
            configuration: DaemonConfiguration(server: server, keyFilePath: directory + "/key"),
            environment: { _ in nil })
    }

    private func refusal(_ daemon: Daemon) -> StartFailure? {
        do throws(StartFailure) {
            _ = try daemon.loadSecrets()
            return nil
        } catch {
            return error
        }
    }

    @Test func `are made once and then stay the same`() throws {
        let scratch = try TemporaryDirectory()
        let first = try daemon(scratch.path).loadSecrets()
        let second = try daemon(scratch.path).loadSecrets()
        #expect(first.encoded().equals(second.encoded()))
    }

    @Test func `are not made anew beside a database that needs the old ones`() throws {
        let scratch = try TemporaryDirectory()
        let daemon = daemon(scratch.path)
        let empty: [UInt8] = []
        try KeyFileStorage.create(daemon.configuration.server.databasePath, empty.span.bytes)
        #expect(refusal(daemon)?.status == .keyFileRefused)
        #expect(access(daemon.configuration.keyFilePath, F_OK) != 0)
    }

    @Test func `are refused when damaged, without a word of them`() throws {
        let scratch = try TemporaryDirectory()
        let path = daemon(scratch.path).configuration.keyFilePath
        let text = Array("mayfly-key-file 1\ntoken-signing-seed c2VjcmV0\n".utf8)
        try KeyFileStorage.create(path, text.span.bytes)
        let failure = refusal(daemon(scratch.path))
        #expect(failure?.status == .keyFileRefused)
        #expect(failure?.description == "\(path): line 2 is damaged")
    }
}
