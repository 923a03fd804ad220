internal import MayflyCore
internal import MayflyWire

/// Revocation, and the records that tasks leave.
extension Pipeline {
    func revoke(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(RevokeRequestMessage.self, payload)
        let target = try RevocationTarget(message, issuer: context.issuer)
        let outcome = apply(.revoke(target, allowsNew: message.allowNew), request)
        switch outcome.decision {
        case .revoked(let count, let record):
            var response = RevokeResponseMessage()
            response.count = count
            response.recordID = record?.serial.rawValue ?? 0
            response.lapsesAt = record.map { told($0.lapsesAt).seconds } ?? 0
            answer(request, restingOn: outcome.dependsOn, response)
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("a revocation is done or refused")
        }
    }

    func listRevocations(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        _ = try decode(ListRevocationsRequestMessage.self, payload)
        let (seen, position) = context.authority.read {
            (records: $0.revocationRecords, offset: $0.timeOffset)
        }
        var response = ListRevocationsResponseMessage()
        response.records = seen.records.map { RevocationRecordMessage($0, offset: seen.offset) }
        answer(request, restingOn: position, response)
    }

    func liftRevocation(_ payload: UnsafeRawBufferPointer, _ request: Request) throws(Refusal) {
        let message = try decode(LiftRevocationRequestMessage.self, payload)
        let outcome = apply(.liftRevocation(Serial(rawValue: message.recordID)), request)
        switch outcome.decision {
        case .recorded:
            answer(request, restingOn: outcome.dependsOn, LiftRevocationResponseMessage())
        case .refused(let refusal):
            refuse(refusal, request, restingOn: outcome.dependsOn)
        default:
            preconditionFailure("a record is lifted or refused")
        }
    }
}
