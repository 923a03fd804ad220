internal import ArgumentParser
internal import MayflyClient

/// For which app a command speaks.
struct AppOptions: ParsableArguments {
    @Option(help: "The app to speak for; it must be open to the caller's uid.")
    var app: String?
    @Option(help: "Speak for the app with this client id instead, whatever the caller's uid.")
    var clientId: String?
    @Option(help: "The file that holds the client id's secret, 64 hexadecimal characters.")
    var secretFile: String?

    private static let secretFileBytes = 4_096

    func validate() throws {
        guard (clientId == nil) == (secretFile == nil) else {
            throw ValidationError("--client-id and --secret-file go together.")
        }
    }

    /// Whether an app is named at all.
    var isGiven: Bool { app != nil || clientId != nil }

    func client(_ socket: AgentSocketOptions) throws(Failure) -> MayflyClient {
        if let clientId, let secretFile {
            let text = try Files.text(secretFile, limit: Self.secretFileBytes)
            guard let line = text.split(whereSeparator: \.isNewline).first else {
                throw .usage("\(secretFile): holds no secret.")
            }
            return MayflyClient(
                socketPath: socket.path,
                credentials: ClientCredentials(clientID: clientId, secret: String(line)))
        }
        guard let app else {
            throw .usage("Name an app with --app, or give --client-id and --secret-file.")
        }
        return socket.client(app: app)
    }
}
