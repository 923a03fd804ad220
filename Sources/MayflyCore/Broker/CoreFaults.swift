/// Deliberate faults, so that the simulator and the models can prove that they would catch the real
/// thing. A release build has none of them: there each is a constant false.
package struct CoreFaults: Sendable {
    #if MAYFLY_FAULTS
        /// Validity looks at parents and not at holders.
        var forgetsHolder = false
        /// A renewal leaves the old token valid.
        var keepsOldToken = false
        var widensScope = false
        var widensLifetime = false
        /// A delegation gives uses away and keeps them.
        var copiesUses = false

        package static let names = [
            "forget-holder", "keep-old-token", "widen-scope", "widen-lifetime", "copy-uses",
        ]

        package init(named name: String) {
            forgetsHolder = name == "forget-holder"
            keepsOldToken = name == "keep-old-token"
            widensScope = name == "widen-scope"
            widensLifetime = name == "widen-lifetime"
            copiesUses = name == "copy-uses"
        }
    #else
        var forgetsHolder: Bool { false }
        var keepsOldToken: Bool { false }
        var widensScope: Bool { false }
        var widensLifetime: Bool { false }
        var copiesUses: Bool { false }
    #endif

    init() {}
    package static let none = CoreFaults()
}
