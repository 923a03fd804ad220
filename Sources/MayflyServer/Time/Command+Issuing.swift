internal import MayflyCore

extension Command {
    /// Whether a token, or the right to one, may come of it: not while the clocks disagree.
    var issues: Bool {
        switch self {
        case .spawn, .createLaunchToken, .register, .renew, .delegate:
            true
        case .authenticate, .authenticateClient, .validate, .heartbeat, .release, .endBound,
            .createApp,
            .updateApp, .removeApp, .revoke, .liftRevocation, .rotateKey, .acceptTime,
            .recordRefusal, .recordBoundary, .advance:
            false
        }
    }
}
