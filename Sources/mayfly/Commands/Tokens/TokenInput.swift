/// Reads standard input to its end; nothing in it is a mistake of the caller's.
func forEachToken(_ body: (String) async throws -> Void) async throws {
    var lines = TokenLines()
    var count = 0
    while let token = try lines.next() {
        count += 1
        try await body(token)
    }
    guard count > 0 else {
        throw Failure.usage("Give tokens on standard input, one a line.")
    }
}

/// The first line of standard input that is not empty.
func oneToken() throws(Failure) -> String {
    var lines = TokenLines()
    guard let token = try lines.next() else {
        throw .usage("Give the token on standard input.")
    }
    return token
}
