// A refusal on the wire: google.rpc.Status with a google.rpc.ErrorInfo of the domain "mayfly".

import { ErrorInfo } from '../../generated/messages.js';
import { RefusedError } from '../errors.js';

/** google.rpc.Code, by number. */
const CODES = [
    'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND',
    'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED',
    'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
];

const ERROR_INFO = 'type.googleapis.com/google.rpc.ErrorInfo';

/**
 * What a status says; a detail of another kind or domain is passed over.
 *
 * @throws {CodecError} where its ErrorInfo is none.
 */
export function refusalOf(status) {
    let reason = '';
    let metadata = {};
    for (const detail of status.details) {
        if (detail.typeUrl !== ERROR_INFO) continue;
        const info = ErrorInfo.decode(detail.value);
        if (info.domain !== 'mayfly') continue;
        reason = info.reason;
        metadata = Object.fromEntries(info.metadata.map(({ key, value }) => [key, value]));
    }
    return new RefusedError({
        status: CODES[status.code] ?? 'UNKNOWN',
        reason,
        message: status.message,
        metadata,
    });
}
