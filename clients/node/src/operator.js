import { RevocationLevel } from '../generated/messages.js';
import { Channel } from './connection/channel.js';
import { MAXIMUM_SENT } from './connection/frames.js';
import { Operator } from './connection/methods.js';
import { operatorSocketPath } from './connection/socket-path.js';
import { InvalidRequestError } from './errors.js';
import { seconds, dateOf } from './requests.js';

/**
 * The operator's side of a broker, on the operator socket: what a control plane needs of it, ending
 * what was granted and registering apps. The `mayfly` program does all the rest.
 */
export class OperatorClient {
    #channel;

    /**
     * @param {object} [options] times as Client's.
     * @param {string} [options.socketPath] else `MAYFLY_OPERATOR_SOCKET`, else as Client's.
     * @param {number} [options.callTimeoutMilliseconds]
     * @param {number} [options.connectTimeoutMilliseconds]
     * @param {number} [options.brokerWaitMilliseconds]
     */
    constructor(options = {}) {
        const { socketPath = operatorSocketPath() } = options;
        const times = {
            callTimeoutMilliseconds: 10_000,
            connectTimeoutMilliseconds: 5_000,
            brokerWaitMilliseconds: 0,
            ...options,
        };
        this.#channel = new Channel(socketPath, null, times, MAXIMUM_SENT);
    }

    /** Ends the connection. */
    close() {
        this.#channel.close();
    }

    /**
     * Ends a token, an agent, a task or a chain, and all that hangs on it. When this returns, every
     * validation that begins from now on sees it.
     *
     * @param {'token' | 'agent' | 'task' | 'chain'} level
     * @param {string} target by level: a `jti`; a SPIFFE ID; a task id; any grant id or SPIFFE ID
     *     of a chain.
     * @param {object} [options] of a task.
     * @param {string} [options.orchestration] only this one's; else all.
     * @param {boolean} [options.allowNew] cover only what was granted before.
     * @returns {Promise<{ count: number, recordId: number }>} how many live grants it matched; and
     *     of a task the record, with which the name can be freed.
     * @throws {RefusedError} INVALID_TARGET or REVOCATIONS_EXHAUSTED.
     */
    async revoke(level, target, { orchestration = '', allowNew = false } = {}) {
        const value = RevocationLevel[level.toUpperCase()];
        if (value === undefined) throw new InvalidRequestError(`${level} is no level`);
        const request = { level: value, target, orchId: orchestration, allowNew };
        const { count, recordId } = await this.#channel.call(Operator.revoke, () => request);
        return { count, recordId };
    }

    /**
     * Registers an app.
     *
     * @param {object} app
     * @param {string} app.name 1 to 64 of `[a-z0-9-]`, from a letter.
     * @param {string[]} app.ceiling what its agents may have at most.
     * @param {number[]} [app.uids] Unix users that are this app without a secret.
     * @param {number} [app.maximumLifetimeSeconds] of a grant; the broker's if left out.
     * @param {boolean} [app.sharedUid] another app has one of the uids, and their ceilings may
     *     merge.
     * @param {Uint8Array[]} [app.attestationKeys] that may attest batches.
     * @param {boolean} [app.issueSecret] makes a client id and a secret.
     * @returns {Promise<{ clientId: string, clientSecret: string }>} empty without a secret.
     * @throws {RefusedError} for example APP_EXISTS or UID_SHARED.
     */
    async createApp({
        name, ceiling, uids = [], maximumLifetimeSeconds, sharedUid = false, attestationKeys = [],
        issueSecret = false,
    }) {
        const app = {
            name, ceiling, uids, sharedUid, attestationKeys,
            maxTtlSeconds: seconds(maximumLifetimeSeconds),
        };
        const response = await this.#channel.call(
            Operator.createApp, () => ({ app, issueSecret }), { isRepeatable: false });
        return { clientId: response.app?.clientId ?? '', clientSecret: response.clientSecret };
    }

    /**
     * Ends an app and all its live grants.
     *
     * @returns {Promise<number>} how many there were.
     * @throws {RefusedError} APP_NOT_FOUND.
     */
    async removeApp(name) {
        const response = await this.#channel.call(
            Operator.removeApp, () => ({ name }), { isRepeatable: false });
        return response.endedGrants;
    }

    /**
     * What the broker is and has: version, issuer, live grants, connections and when it started.
     */
    async status() {
        const status = await this.#channel.call(Operator.status, () => ({}));
        const { version, issuer, trustDomain, liveGrants, connections, isIssuingStopped } = status;
        return {
            version, issuer, trustDomain, liveGrants, connections, isIssuingStopped,
            startedAt: dateOf(status.startedAt),
        };
    }
}
