internal import Foundation
internal import Testing

/// The conversation that the clients of all languages have.
@Suite struct `The scenario` {
    @Test func `every step comes out as it says`() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../proto/vectors/scenario.json")
        let file = try JSONSerialization.jsonObject(with: Data(contentsOf: root))
        let steps = try #require((file as? [String: Any])?["steps"] as? [Scenario.Step])
        try #require(steps.count > 50)

        let broker = try BrokerProcess.start()
        for (name, ceiling) in [
            ("testing", ["read:data:*", "write:data:*", "read:reports:*"]),
            ("narrow", ["read:data:customer-12345"]),
        ] {
            let added = try Programs.mayfly(
                ["app", "add", "--name", name, "--shared-uid", "--ceiling"] + ceiling, of: broker)
            try #require(added.exit == .status(0), "\(added.errors)")
        }
        let scenario = try await Scenario(broker, apps: ["testing", "narrow"])
        for step in steps { try await scenario.run(step) }
    }
}
