import Foundation
import MayflyCrypto
import Testing

/// `proto/vectors/chains.json`: written from the cases, one line for each value, so that a change
/// of one case is a change of few lines.
enum ChainVectorFile {
    static let isToBeWritten =
        ProcessInfo.processInfo.environment["MAYFLY_WRITE_VECTORS"]?.isEmpty == false

    static var url: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../../proto/vectors/chains.json").standardized
    }

    static func text() throws -> String {
        let keys = ChainForge.brokerKeys.map { key in
            #"    {"kid": "\#(String(decoding: key.thumbprint, as: UTF8.self))", "x": "\#(base64(key.bytes))"}"#
        }
        let cases = try ChainCase.all.map { try text(of: $0) }
        return """
            {
              "version": 1,
              "issuer": "\(ChainForge.issuer)",
              "now": \(ChainForge.now),
              "leeway": \(ChainForge.leeway),
              "keys": [
            \(keys.joined(separator: ",\n"))
              ],
              "cases": [
            \(cases.joined(separator: ",\n"))
              ]
            }

            """
    }

    private static func text(of test: ChainCase) throws -> String {
        var members = [
            ("name", quoted(test.name)), ("token", quoted(MayflyCryptoTests.text(test.token))),
        ]
        if let audience = test.audience { members.append(("audience", quoted(audience))) }
        if let refusal = test.refusal {
            members.append(("refusal", quoted(refusal.rawValue)))
        } else {
            members.append(("verified", text(of: try verify(test.token, for: test.audience).get())))
        }
        let lines = members.map { "      \"\($0.0)\": \($0.1)" }
        return "    {\n\(lines.joined(separator: ",\n"))\n    }"
    }

    /// What a verifier has to find in a valid token.
    private static func text(of chain: VerifiedChain) -> String {
        var members = [
            ("grant", quoted(chain.grant.description)), ("jti", quoted(chain.token.description)),
            ("expires_at", "\(chain.expiresAtSeconds)"), ("online", "\(chain.isOnline)"),
            ("by_reference", "\(chain.authority == nil)"),
        ]
        if let authority = chain.authority {
            let lineage = authority.lineage.map {
                #"{"agent": "\#($0.agent)", "grant": "\#($0.grant)"}"#
            }
            members += [
                ("subject", quoted(authority.subject.description)),
                ("scope", quoted(authority.scope.map(\.description))),
                ("audience", quoted(authority.audience.map(\.description))),
                ("jkt", quoted(base64(authority.keyThumbprint.bytes))),
                (
                    "lineage",
                    "[\n          \(lineage.joined(separator: ",\n          "))\n        ]"
                ),
            ]
        }
        return "{\n" + members.map { "        \"\($0.0)\": \($0.1)" }.joined(separator: ",\n")
            + "\n      }"
    }
}
