internal import Logging
internal import MayflyCore
internal import MayflyWire

/// Which keys are ours, and a new one for new tokens.
extension Pipeline {
    /// What a verifier may accept: not a key whose tokens are dead.
    func getKeys(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        _ = try decode(GetKeysRequestMessage.self, payload)
        let (records, offset) = look { ($0.signingKeys, $0.timeOffset) }.result
        var response = GetKeysResponseMessage()
        response.issuer = context.issuer.issuer
        response.keys = records.filter { $0.state != .revoked }
            .map { PublicKeyMessage($0, told: offset) }
        response.keys.append(context.checkpointKey)
        // A change of one key is a change of all that this says.
        let newest = records.map(\.position).max() ?? .start
        answer(request, restingOn: newest, response)
    }

    func rotateKey(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(RotateKeyRequestMessage.self, payload)
        let known = look { $0.signingKeys }.result
        let key: (number: KeyNumber, publicKey: PublicKey)
        do throws(Refusal) {
            key = try context.keys.addKey(known: known, isEmergency: message.emergency)
        } catch {
            context.logger.error("no new key", metadata: ["reason": "\(error.reason.code)"])
            throw error
        }
        // Every thread can sign by it before the core says that it is to.
        context.issuer.replaceKeys(context.keys.ring)
        let outcome = context.authority.apply(
            .rotateKey(key.number, key.publicKey, isEmergency: message.emergency),
            from: request.caller, at: request.now)
        switch outcome.decision {
        case .keyRotated(let record):
            let offset = context.clock.offset
            answer(
                request, restingOn: outcome.dependsOn,
                RotateKeyResponseMessage(key: PublicKeyMessage(record, told: offset)))
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("a key is rotated or refused")
        }
    }
}
