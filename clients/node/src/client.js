import { randomBytes } from 'node:crypto';
import {
    AgentState, RegisterBody, RenewBody, SpawnBatchBody, SpawnBody,
} from '../generated/messages.js';
import { Agent, IssuedToken } from './agent.js';
import { BrokerKeys } from './broker-keys.js';
import { Channel } from './connection/channel.js';
import { Agents, Apps, Trust } from './connection/methods.js';
import { agentSocketPath } from './connection/socket-path.js';
import { draftHop } from './delegation/draft.js';
import { holdingIn, holdingOf } from './delegation/holding.js';
import { InvalidRequestError, ProtocolError, RefusedError } from './errors.js';
import {
    agentSpec, dateOf, grantOf, issuedOf, proven, refusedHere, seconds, unknownOutcome,
    validateRequest, validationOf,
} from './requests.js';
import { RevocationFollower } from './revocations/follower.js';
import { RevocationStream } from './revocations/stream.js';

/** How often a proof that came too late is made anew: such a refusal has done nothing. */
const MAXIMUM_PROOFS = 4;
const LATE = new Set(['PROOF_REPLAYED', 'CHALLENGE_EXPIRED', 'HOP_EXPIRED']);
const RENEWAL_ID_SIZE = 16;
const SILENCE_LIMIT_MILLISECONDS = 20_000;

/**
 * A broker, as an orchestrator, an agent or a resource server sees it.
 *
 * All calls share one connection, made at the first call and made again when it is lost; they
 * travel side by side and are answered in any order. A call that may be repeated is repeated once
 * when the connection is lost under it; one that would do twice fails with OutcomeUnknownError.
 * Every call throws the errors of errors.js: RefusedError where the broker decided against it.
 */
export class Client {
    #channel;
    #options;

    /**
     * Nothing is connected yet.
     *
     * @param {ClientOptions} [options]
     *
     * @typedef {object} ClientOptions
     * @property {string} [socketPath] of the broker's agent socket; else `MAYFLY_SOCKET`, else
     *     `$XDG_RUNTIME_DIR/mayfly/agent.sock` where that exists, else `/run/mayfly/agent.sock`.
     * @property {string} [app] the app to speak for, as the operator registered it for this
     *     process's uid. None is enough to validate, register, renew, delegate and release.
     * @property {{ clientId: string, clientSecret: string }} [credentials] instead of `app`: prove
     *     the app whatever the uid.
     * @property {string} [orchestration] the orchestration id of spawns that name none.
     * @property {number} [callTimeoutMilliseconds] 10,000: how long a call waits for its answer.
     * @property {number} [connectTimeoutMilliseconds] 5,000: for a connection to be ready.
     * @property {number} [brokerWaitMilliseconds] 0: how long to wait for a broker that is not
     *     there, for example because it is started again.
     * @property {(agent: Agent, error: Error) => void} [onReleaseFailed] told of an agent that
     *     `withAgent` could not release: its grant ends at its expiry.
     */
    constructor(options = {}) {
        this.#options = {
            callTimeoutMilliseconds: 10_000,
            connectTimeoutMilliseconds: 5_000,
            brokerWaitMilliseconds: 0,
            ...options,
        };
        const { socketPath = agentSocketPath(), app, credentials } = this.#options;
        const identity = credentials ? { ...credentials } : app !== undefined ? { app } : null;
        this.#channel = new Channel(socketPath, identity, this.#options);
    }

    /**
     * Connects and names the app now, so that the first call does not have to.
     *
     * @throws {RefusedError} APP_NOT_ALLOWED where the app is not open to this uid, or
     *     CREDENTIALS_INVALID.
     */
    connect() {
        return this.#channel.connect();
    }

    /** Ends the connection. Calls under way and calls to come fail with ClosedError. */
    close() {
        this.#channel.close();
    }

    // MARK: Agents

    /**
     * Gives one new agent its identity and its token, proven by the agent's own key. When this
     * returns, the spawn is on the broker's disk and in its audit.
     *
     * @param {AgentRequest} request
     * @returns {Promise<Agent>}
     * @throws {RefusedError} for example SCOPE_VIOLATION or ORCHESTRATION_NOT_OWNED.
     * @throws {OutcomeUnknownError} where the reply was lost.
     *
     * @typedef {object} AgentRequest
     * @property {string} [orchestration] 1 to 128 bytes of `[A-Za-z0-9._-]`; the client's if left
     *     out.
     * @property {string} task the task id, of the same alphabet and length.
     * @property {string[]} scope 1 to 32 scopes `action:resource:identifier`.
     * @property {string[]} [audience] at most 8, for the token's `aud`.
     * @property {number} [lifetimeSeconds] of the token; the app's default if left out.
     * @property {number} [renewableForSeconds] from now, that no renewal passes; the first token's
     *     life if left out.
     * @property {number} [maximumUses] from 1: of it and all that is delegated from it together.
     * @property {boolean} [byReference] a short token that only refers to its claims.
     * @property {'process' | 'connection'} [binding] what its life hangs on beyond its expiry.
     * @property {number} [pid] the process of a binding to a process.
     * @property {KeyPair} [key] the agent's; a fresh one if left out.
     */
    async spawn(request) {
        this.#requireApp();
        const { spec, key } = agentSpec(request, this.#options);
        const response = await this.#prove(Agents.spawn, false, 'any', (session) =>
            proven(session, 'spawn', SpawnBody, { agent: spec }, key));
        return this.#agent(response.agent, key, request.scope);
    }

    /**
     * Spawns up to 1,024 agents, all or none, vouched for by a key that the operator registered for
     * the app: one signature where each agent's own would be one each.
     *
     * @param {AgentRequest[]} requests
     * @param {{ attestationKey: KeyPair }} options
     * @returns {Promise<Agent[]>} in the order of the requests.
     * @throws {RefusedError} as `spawn`, and ATTESTATION_KEY_UNKNOWN or BATCH_SIZE.
     */
    async spawnBatch(requests, { attestationKey }) {
        this.#requireApp();
        const resolved = requests.map((request) => agentSpec(request, this.#options));
        const agents = resolved.map(({ spec }) => spec);
        const response = await this.#prove(Agents.spawnBatch, false, 'any', (session) => ({
            ...proven(session, 'spawn-batch', SpawnBatchBody, { agents }, attestationKey),
            attestationKey: attestationKey.publicKey,
        }));
        if (response.agents.length !== requests.length) {
            throw unknownOutcome(`${response.agents.length} agents came, not ${requests.length}`);
        }
        return response.agents.map((agent, index) =>
            this.#agent(agent, resolved[index].key, requests[index].scope));
    }

    /**
     * Spawns an agent, does the work with it, and releases it on the way out, also when the work
     * throws.
     *
     * @template Result
     * @param {AgentRequest} request
     * @param {(agent: Agent) => Promise<Result> | Result} work
     * @returns {Promise<Result>} what the work gives.
     */
    async withAgent(request, work) {
        const agent = await this.spawn(request);
        try {
            return await work(agent);
        } finally {
            // A release that fails takes nothing from the work's result.
            await agent.release().catch((error) => this.#options.onReleaseFailed?.(agent, error));
        }
    }

    /**
     * Registers the calling agent with a launch token, proven by the agent's own key. Needs no app:
     * the launch token says which.
     *
     * @param {AgentRequest} request its scope is inside the launch token's ceiling.
     * @param {object} options
     * @param {string} options.launchToken the secret as it was shown.
     * @param {boolean} [options.supersede] ends what was granted before under the same
     *     orchestration and task: for an agent that takes the place of a crashed one.
     * @returns {Promise<Agent>}
     * @throws {RefusedError} for example LAUNCH_TOKEN_INVALID or SCOPE_VIOLATION.
     * @throws {OutcomeUnknownError} where the reply was lost: the launch token may be used up.
     */
    async register(request, { launchToken, supersede = false }) {
        const { spec, key } = agentSpec(request, this.#options);
        const body = { launchToken, agent: spec, supersede };
        const response = await this.#prove(Agents.register, false, 'fresh', (session) =>
            proven(session, 'register', RegisterBody, body, key));
        return this.#agent(response.agent, key, request.scope);
    }

    /**
     * The agent of a token and a key that came another way: of a delegation to it, or kept.
     *
     * @param {IssuedToken} issued
     * @param {KeyPair} key that the token is bound to.
     */
    adopt(issued, key) {
        return new Agent(this, issued, key);
    }

    /**
     * The public face of a live agent.
     *
     * @param {string} agentId its SPIFFE ID.
     * @returns {Promise<{ agentId: string, publicKey: Buffer, grantId: string, expiresAt: Date,
     *     notAfter: Date, root: string }>}
     * @throws {RefusedError} DELEGATE_UNKNOWN where no such agent lives.
     */
    async describe(agentId) {
        const { expiresAt, notAfter, ...rest } =
            await this.#channel.call(Agents.describe, () => ({ agentId }));
        return { ...rest, expiresAt: dateOf(expiresAt), notAfter: dateOf(notAfter) };
    }

    /**
     * Gives the grant behind a token a new token; the old one is dead before the new one is there.
     * Safe to repeat with the same id within 30 seconds, which this does by itself where the
     * connection is lost under it.
     *
     * @param {{ token: string, key: KeyPair }} holder an Agent, or a token and the key it is bound
     *     to.
     * @param {object} [options]
     * @param {string[]} [options.scope] a narrower one, for a grant without children.
     * @param {number} [options.lifetimeSeconds] of the new token; as long as the old one's.
     * @param {Buffer} [options.renewalId] 16 bytes; keep it where a lost reply is to be asked for
     *     again.
     * @returns {Promise<IssuedToken>}
     * @throws {RefusedError} for example TOKEN_NOT_VALID, GRANT_HAS_CHILDREN or RENEWALS_EXHAUSTED.
     */
    async renew({ token, key }, {
        scope, lifetimeSeconds, renewalId = randomBytes(RENEWAL_ID_SIZE),
    } = {}) {
        if (scope?.length === 0) {
            throw new InvalidRequestError('a renewal keeps the scope or names a narrower one');
        }
        const body = { token, renewalId, scope, ttlSeconds: seconds(lifetimeSeconds) };
        const response = await this.#prove(Agents.renew, true, 'any', (session) =>
            proven(session, 'renew', RenewBody, body, key));
        return issuedOf(response.agent);
    }

    /**
     * Delegates a part of what a token states to another live agent. The delegator's key signs the
     * hop, which is the proof; the new token is bound to the delegate's key. Needs no app.
     *
     * @param {{ token: string, key: KeyPair }} delegator an Agent, or a token and the key it is
     *     bound to.
     * @param {DelegationTerms} terms
     * @returns {Promise<IssuedToken>} the delegate's, to be handed over.
     * @throws {RefusedError} for example DELEGATE_UNKNOWN, SCOPE_VIOLATION or DEPTH_EXCEEDED.
     * @throws {OutcomeUnknownError} where the reply was lost.
     *
     * @typedef {object} DelegationTerms
     * @property {string} to the delegate's SPIFFE ID.
     * @property {string[]} scope 1 to 32 scopes, each covered by one that the delegator holds.
     * @property {string[]} [audience] 1 to 8 of the delegator's; all of them if left out.
     * @property {number} [lifetimeSeconds] renewals included; what is left of the delegator's token
     *     if left out.
     * @property {number} [maximumUses] given away, from 1; needed where the delegator's are
     *     limited.
     * @property {boolean} [byReference] a short token that only refers to its claims.
     */
    async delegate({ token, key }, { to, byReference = false, ...terms }) {
        const holding = await this.#holding(token);
        // The root statement is in the delegator's grant, and no token of depth 0 repeats it.
        const root = holding.depth === 0 ? (await this.describe(holding.agentId)).root : null;
        const delegate = await this.describe(to);
        const sign = draftHop({ holding, root, key, delegate, ...terms });
        const response = await this.#prove(Agents.delegate, false, 'any', (session) => ({
            token, hop: sign(session), byReference,
        }));
        return issuedOf(response.agent);
    }

    /**
     * Says that an agent is alive, and what it is doing. Needed where its app has a heartbeat
     * policy.
     *
     * @param {string} token
     * @param {'active' | 'idle' | 'completing'} [state]
     * @returns {Promise<Date>} when its token ends.
     * @throws {RefusedError} TOKEN_NOT_VALID.
     */
    async heartbeat(token, state = 'active') {
        const value = AgentState[state.toUpperCase()];
        if (value === undefined) throw new InvalidRequestError(`${state} is no state of an agent`);
        const request = { token, state: value };
        const { expiresAt } = await this.#channel.call(Agents.heartbeat, () => request);
        return dateOf(expiresAt);
    }

    // MARK: Tokens

    /**
     * Says whether a token is valid at this moment: a revocation acknowledged before is seen.
     *
     * @param {string} token what is none is simply not valid.
     * @param {ValidateOptions} [options]
     * @returns {Promise<Validation>}
     * @throws {RefusedError} AUTHENTICATION_REQUIRED where a use is to be consumed without an app.
     *
     * @typedef {object} ValidateOptions
     * @property {string[]} [requiredScope] all of it must be covered.
     * @property {string} [requiredAudience] must be named.
     * @property {boolean} [consumeUse] consumes one use, durably.
     * @property {boolean} [omitClaims] for callers that read them from the token.
     *
     * @typedef {object} Validation
     * @property {boolean} valid
     * @property {object | null} claims the token's; null where not valid, or omitted.
     * @property {Date | null} expiresAt null where not valid.
     * @property {number | null} usesLeft null unless one was consumed.
     */
    async validate(token, options = {}) {
        const request = validateRequest(token, options);
        const isRepeatable = !request.consumeUse;
        const response = await this.#channel.call(Agents.validate, () => request, { isRepeatable });
        return validationOf(response, request);
    }

    /**
     * Says of up to 1,024 tokens whether they are valid, in their order.
     *
     * @param {string[]} tokens
     * @param {ValidateOptions} [options] of each.
     * @returns {Promise<Validation[]>}
     */
    async validateBatch(tokens, options = {}) {
        const items = tokens.map((token) => validateRequest(token, options));
        const isRepeatable = !options.consumeUse;
        const response =
            await this.#channel.call(Agents.validateBatch, () => ({ items }), { isRepeatable });
        if (response.items.length !== tokens.length) {
            throw new ProtocolError('the answer is not about the tokens that were asked about');
        }
        return response.items.map((item, index) => validationOf(item, items[index]));
    }

    /**
     * Ends the grant behind a token, and all that hangs on it. Whoever holds the token may.
     *
     * @param {string} token
     * @returns {Promise<boolean>} false where it was not live: also where the reply was lost and
     *     the repeated call found it ended.
     */
    async release(token) {
        return (await this.#channel.call(Agents.release, () => ({ token }))).ended;
    }

    /**
     * Ends a grant of the client's own app by its id.
     *
     * @param {string} grantId
     * @throws {RefusedError} AUTHENTICATION_REQUIRED without an app.
     */
    async releaseGrant(grantId) {
        return (await this.#channel.call(Agents.release, () => ({ grantId }))).ended;
    }

    /**
     * Ends the grants behind up to 1,024 tokens; in their order, whether each was live until now.
     */
    async releaseBatch(tokens) {
        const items = tokens.map((token) => ({ token }));
        const { ended } = await this.#channel.call(Agents.releaseBatch, () => ({ items }));
        if (ended.length !== tokens.length) {
            throw new ProtocolError('the answer is not about the tokens that were released');
        }
        return ended;
    }

    // MARK: The app

    /**
     * A single-use secret with which one agent process registers itself. Hand it over through a
     * pipe or the environment, never as an argument.
     *
     * @param {object} request
     * @param {string[]} request.ceiling 1 to 32 scopes inside the app's: the most it may ask for.
     * @param {number} [request.lifetimeSeconds] 1 to 3,600; 30 if left out.
     * @param {number} [request.maximumAgentLifetimeSeconds] the app's maximum if left out.
     * @param {string} [request.label] what the audit calls it.
     * @returns {Promise<{ launchToken: string, expiresAt: Date }>}
     */
    async createLaunchToken({ ceiling, lifetimeSeconds, maximumAgentLifetimeSeconds, label = '' }) {
        const request = {
            label,
            ceiling,
            ttlSeconds: seconds(lifetimeSeconds),
            maxAgentTtlSeconds: seconds(maximumAgentLifetimeSeconds),
        };
        const { launchToken, expiresAt } =
            await this.#channel.call(Apps.createLaunchToken, () => request);
        return { launchToken, expiresAt: dateOf(expiresAt) };
    }

    /**
     * The app's own live grants, read page by page as they are asked for.
     *
     * @param {{ orchestration?: string, task?: string, pageSize?: number }} [filter]
     * @returns {AsyncGenerator<import('./requests.js').Grant>}
     */
    async *grants({ orchestration = '', task = '', pageSize = 0 } = {}) {
        let cursor = '';
        do {
            const request = { orchId: orchestration, taskId: task, limit: pageSize, cursor };
            const page = await this.#channel.call(Apps.listGrants, () => request);
            yield* page.grants.map(grantOf);
            cursor = page.cursor;
        } while (cursor !== '');
    }

    // MARK: Trust

    /** The broker's public keys for tokens, current and retired. Needs no app. */
    async keys() {
        return BrokerKeys.fromMessage(await this.#channel.call(Trust.getKeys, () => ({})));
    }

    /**
     * Every end before expiry, batch by batch, on a connection of its own. Reconnecting is the
     * caller's, with the position of the last batch that it handled: a RevocationFollower does it.
     *
     * @param {{ afterPosition?: number, silenceLimitMilliseconds?: number }} [options] 0 asks for
     *     everything still kept; the broker sends a heartbeat every 5 seconds.
     * @returns {RevocationStream} to be iterated, once.
     */
    watchRevocations({
        afterPosition = 0, silenceLimitMilliseconds = SILENCE_LIMIT_MILLISECONDS,
    } = {}) {
        return new RevocationStream(
            () => this.#channel.separateLink(), afterPosition, silenceLimitMilliseconds);
    }

    /**
     * Follows every end before expiry and remembers it, for a Verifier.
     *
     * @param {{ capacity?: number, retentionSeconds?: number }} [options] as RevocationFollower's.
     * @returns {RevocationFollower} to be closed.
     */
    followRevocations(options = {}) {
        return new RevocationFollower(() => this.#channel.separateLink(), options);
    }

    // MARK: Proofs

    /**
     * Makes a call that carries a proof, with a new one where the one before came too late: it can
     * be overtaken by a thousand others, and a clock can have been set.
     */
    async #prove(method, isRepeatable, need, makeRequest) {
        let challenge = need;
        for (let proofs = 1; ; proofs++) {
            try {
                return await this.#channel.call(method, makeRequest, { isRepeatable, challenge });
            } catch (error) {
                const isLate = error instanceof RefusedError && LATE.has(error.reason);
                if (!isLate || proofs === MAXIMUM_PROOFS) throw error;
                if (error.reason !== 'PROOF_REPLAYED') challenge = 'fresh';
            }
        }
    }

    /**
     * What the broker would say, without asking it: without an app there is no challenge to sign.
     */
    #requireApp() {
        if (this.#channel.speaksForApp) return;
        throw refusedHere('AUTHENTICATION_REQUIRED', 'only an app can spawn: name one');
    }

    #agent(answer, key, scope) {
        return new Agent(this, issuedOf(answer), key, scope);
    }

    /** What a token says its agent holds; of a token by reference the broker says it. */
    async #holding(token) {
        const inline = holdingOf(token);
        if (inline !== null) return inline;
        const { valid, claims } =
            await this.#channel.call(Agents.validate, () => validateRequest(token, {}));
        if (!valid) throw refusedHere('TOKEN_NOT_VALID', 'the token is not valid');
        const holding = holdingIn(claims);
        if (holding === null) {
            throw new InvalidRequestError("this token's claims cannot be delegated from");
        }
        return holding;
    }
}
