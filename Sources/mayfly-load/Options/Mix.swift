internal import ArgumentParser

/// What kinds of requests a run is made of.
enum Mix: Equatable, Sendable {
    /// Every agent is spawned and, after its lifetime, released.
    case pairs
    /// Tokens of the population are presented.
    case validate
    /// Agents' tokens are renewed, each by its key.
    case renew
    /// Agents delegate, each by a hop that its key signs.
    case delegate
    /// Chosen at random by weight; agents that are spawned are presented and released in between.
    case weighted(spawn: Int, validate: Int, release: Int)

    /// Whether tokens are presented.
    var presents: Bool {
        switch self {
        case .pairs, .renew, .delegate: false
        case .validate: true
        case .weighted(_, let validate, _): validate > 0
        }
    }
}

extension Mix: ExpressibleByArgument {
    /// `pairs`, `validate`, `renew`, `delegate`, or weights as in `spawn=10,validate=80,release=10`.
    init?(argument: String) {
        switch argument {
        case "pairs": self = .pairs
        case "validate": self = .validate
        case "renew": self = .renew
        case "delegate": self = .delegate
        default:
            var weights = ["spawn": 0, "validate": 0, "release": 0]
            for word in argument.split(separator: ",") {
                let parts = word.split(separator: "=")
                guard parts.count == 2, weights[String(parts[0])] != nil,
                    let weight = Int(parts[1]), 0...1_000_000 ~= weight
                else { return nil }
                weights[String(parts[0])] = weight
            }
            guard let spawn = weights["spawn"], let validate = weights["validate"],
                let release = weights["release"], spawn + validate + release > 0
            else { return nil }
            self = .weighted(spawn: spawn, validate: validate, release: release)
        }
    }

    var text: String {
        switch self {
        case .pairs: "pairs"
        case .validate: "validate"
        case .renew: "renew"
        case .delegate: "delegate"
        case .weighted(let spawn, let validate, let release):
            "spawn=\(spawn),validate=\(validate),release=\(release)"
        }
    }
}
