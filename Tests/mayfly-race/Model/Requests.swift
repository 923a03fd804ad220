internal import MayflyWire

/// A renewal on its way, one of those that race for the same token.
final class Renewal {
    let attempt: Attempt
    let token: Token
    /// The 16 bytes under which it may be asked again.
    let id: [UInt8]
    let trial: Trial
    /// It was asked before, and the answer was lost.
    let isRepeat: Bool

    init(attempt: Attempt, token: Token, id: [UInt8], trial: Trial, isRepeat: Bool) {
        self.isRepeat = isRepeat
        self.attempt = attempt
        self.token = token
        self.id = id
        self.trial = trial
    }
}

/// Renewals of one token that were sent at once on as many connections.
final class Trial {
    let token: Token
    let rivals: Int
    /// Where no other may begin before.
    private let place: Place?
    private var answers = 0
    private(set) var winners = 0
    private(set) var isLost = false

    init(token: Token, rivals: Int, place: Place?) {
        self.token = token
        self.rivals = rivals
        self.place = place
        place?.isRacing = true
    }

    var isComplete: Bool { answers == rivals }

    /// - Parameter won: nil where the answer was lost, or was none to the question.
    func answer(won: Bool?) {
        answers += 1
        if won == true { winners += 1 }
        if won == nil { isLost = true }
        if isComplete { place?.isRacing = false }
    }
}

/// An end on its way.
struct Ending {
    enum Way: CaseIterable {
        case releaseToken
        case releaseGrant
        case revokeToken
        case revokeAgent
        case revokeChain
        case revokeTask
    }

    let way: Way
    let attempt: Attempt
    /// The one that it names; for a release or a revocation by token, of that grant.
    let token: Token

    /// What it ends.
    var target: Grant {
        switch way {
        case .releaseToken, .releaseGrant, .revokeToken, .revokeTask: token.grant
        case .revokeAgent: token.grant.own
        case .revokeChain: token.grant.root
        }
    }

    /// What must have been live for it to find its target: what it names.
    var named: Grant {
        switch way {
        case .revokeAgent: token.grant.own
        default: token.grant
        }
    }

    /// From now on it may have happened.
    func threaten() {
        if way == .revokeTask {
            target.family.taskFate.risk(attempt)
        } else {
            target.fate.risk(attempt)
        }
    }
}

/// A delegation on its way.
struct Delegating {
    let token: Token
    let holder: Grant
    let hop: [UInt8]
}

/// A token in the form in which it is presented, encoded once: by itself it is a whole request, and
/// an item of a batch.
struct Presentation {
    let encoded: EncodedMessage

    init(token: [UInt8]) {
        var message = ValidateRequestMessage()
        message.token = ByteView(copying: token)
        message.omitClaims = true
        encoded = EncodedMessage(message)
    }
}

/// `mayfly.v1.ValidateBatchRequest`, its items encoded before.
struct PresentationBatch: EncodableMessage {
    let tokens: [Token]

    func encode(into writer: inout FieldWriter) {
        for token in tokens { writer.message(1, token.presentation.encoded) }
    }
}
