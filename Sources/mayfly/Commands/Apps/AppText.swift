internal import MayflyClient

/// Apps as they are shown.
enum AppText {
    static func json(_ app: App) -> JSON {
        var members: [(String, JSON)] = [
            ("name", .text(app.name)),
            ("ceiling", .texts(app.ceiling)),
            ("uids", .list(app.uids.map { .number(UInt64($0)) })),
            ("orchestrations", .texts(app.orchestrations)),
            ("attestation_keys", .texts(app.attestationKeys.map(PublicKeyText.text))),
            ("default_ttl_seconds", .number(UInt64(app.defaultLifetimeSeconds))),
            ("max_ttl_seconds", .number(UInt64(app.maximumLifetimeSeconds))),
            ("shared_uid", .flag(app.sharesUid)),
            ("epoch", .number(UInt64(app.epoch))),
            ("live_grants", .number(app.liveGrants)),
            ("created_at", .number(app.createdAt.seconds)),
            ("client_id", .text(app.clientID ?? "")),
            ("heartbeat_policy", .text(HeartbeatArgument.word(app.heartbeat))),
            ("heartbeat_interval_seconds", .number(HeartbeatArgument.seconds(app.heartbeat))),
            ("cross_app_delegation", .flag(app.delegatesAcrossApps)),
        ]
        if let issued = app.issuedCredentials {
            members.append(("client_secret", .text(issued.secret)))
        }
        return .object(members)
    }

    static func text(_ app: App) -> String {
        func words(_ list: [String]) -> String { list.isEmpty ? "-" : list.joined(separator: " ") }
        var rows = [
            ["app", app.name],
            ["ceiling", words(app.ceiling)],
            ["uids", words(app.uids.map(String.init)) + (app.sharesUid ? " (may be shared)" : "")],
            ["orchestrations", words(app.orchestrations)],
            ["attestation keys", words(app.attestationKeys.map(PublicKeyText.text))],
            ["default ttl", Lifetime.text(seconds: app.defaultLifetimeSeconds)],
            ["max ttl", Lifetime.text(seconds: app.maximumLifetimeSeconds)],
            ["live grants", String(app.liveGrants)],
            ["epoch", String(app.epoch)],
            ["created", app.createdAt.description],
            ["heartbeat", HeartbeatArgument.text(app.heartbeat)],
            ["delegates", app.delegatesAcrossApps ? "also across apps" : "within itself"],
            ["client id", app.clientID ?? "-"],
        ]
        if let issued = app.issuedCredentials {
            rows.append(["client secret", "\(issued.secret) (shown only now)"])
        }
        return table(rows)
    }

    /// What a uid does not prove.
    static func warnOfUids(_ app: App) {
        guard !app.uids.isEmpty else { return }
        let uids = app.uids.map(String.init).joined(separator: ", ")
        note(
            "every process of uid \(uids) can now speak for \(app.name), its agents included: a "
                + "uid proves the uid only. Run agents as another user.")
    }
}
