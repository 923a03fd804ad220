// Everything that a call can end with instead of an answer. Each error has a `code` that is stable,
// for programs and logs; the message may change at any time.

/** The base of every error of this package. */
export class MayflyError extends Error {
    /**
     * @param {string} code
     * @param {string} message
     * @param {ErrorOptions} [options]
     */
    constructor(code, message, options) {
        super(message, options);
        this.code = code;
    }

    get name() {
        return this.constructor.name;
    }
}

/** The broker decided against the request; nothing was changed. */
export class RefusedError extends MayflyError {
    /**
     * @param {{ status: string, reason: string, message: string,
     *           metadata?: Record<string, string> }} refusal
     */
    constructor({ status, reason, message, metadata = {} }) {
        super(reason || status, message);
        /** The gRPC status code in upper case, for example `PERMISSION_DENIED`. */
        this.status = status;
        /** The stable reason, for example `SCOPE_VIOLATION`; proto/PROTOCOL.md lists them all. */
        this.reason = reason || status;
        /** What goes with the reason, by name; mostly empty. */
        this.metadata = metadata;
    }
}

/**
 * There is no broker at the socket, or the connection was lost. A call that may be repeated was
 * repeated once on a new connection before this is thrown.
 */
export class ConnectionError extends MayflyError {
    constructor(message, options) {
        super('CONNECTION_FAILED', message, options);
    }
}

/**
 * The reply to a call that must not be repeated was lost, so that nobody here can say whether it
 * was carried out; `cause` is what happened to the reply. After a lost spawn an agent may live,
 * until its token expires, of which the caller knows nothing.
 */
export class OutcomeUnknownError extends MayflyError {
    constructor(cause) {
        const lost = 'the reply was lost, and the request may have been carried out';
        super('OUTCOME_UNKNOWN', `${lost}: ${cause.message}`, { cause });
    }
}

/** No answer within the time that the call or the client's options allow. */
export class TimeoutError extends MayflyError {
    constructor(message = 'the broker did not answer in time') {
        super('TIMEOUT', message);
    }
}

/** What came from the other end is not what a broker sends (proto/PROTOCOL.md). */
export class ProtocolError extends MayflyError {
    constructor(message, options) {
        super('PROTOCOL_VIOLATION', message, options);
    }
}

/** The request cannot be sent as it is; nothing was sent. */
export class InvalidRequestError extends MayflyError {
    constructor(message, options) {
        super('INVALID_REQUEST', message, options);
    }
}

/** The client was closed. */
export class ClosedError extends MayflyError {
    constructor() {
        super('CLIENT_CLOSED', 'the client is closed');
    }
}
