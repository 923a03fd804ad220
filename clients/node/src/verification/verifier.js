import { InvalidRequestError } from '../errors.js';
import { namesOf } from '../revocations/set.js';
import { TokenCache } from './cache.js';
import { checkTimes, verifyChain } from './chain.js';
import { VerificationError } from './refusal.js';
import { isScope, scopesCover } from './words.js';

/** Not more often are a broker's keys asked for because a token names another one. */
const KEY_INTERVAL_MILLISECONDS = 10_000;

/**
 * Verifies tokens where the resources are: in microseconds without asking anyone, and yet a token
 * that was ended is refused as soon as the broker's stream of ends says so.
 *
 *     const verifier = new Verifier({
 *         keys: await client.keys(), revocations: client.followRevocations(), broker: client,
 *     });
 *     const verdict = await verifier.verify(token, { scope: ['read:data:customer-12345'] });
 *     if (!verdict.valid) return refuse(verdict.reason);
 */
export class Verifier {
    #keys;
    #options;
    #cache;
    #keysAskedAt = -Infinity;

    /**
     * @param {object} options
     * @param {import('../broker-keys.js').BrokerKeys} options.keys the broker's.
     * @param {import('../revocations/follower.js').RevocationFollower | null} options.revocations
     *     null where it is known that what ended before its expiry may still be accepted.
     * @param {import('../client.js').Client} [options.broker] whom to ask about tokens that only it
     *     can judge, when the revocations are not known, and for keys that are new.
     * @param {string} [options.issuer] the keys' own if left out.
     * @param {string} [options.audience] that a token must name, where `verify` asks for no other.
     * @param {number} [options.leewaySeconds] 30: how far the clocks may be apart.
     * @param {number} [options.stalenessSeconds] 30: for how long something may have been missed
     *     before nothing is accepted without asking.
     * @param {boolean} [options.askAlways] ask the broker every time, for what is critical.
     * @param {number} [options.cacheCapacity] 4,096 tokens.
     */
    constructor({
        keys, revocations, broker = null, issuer, audience, leewaySeconds = 30,
        stalenessSeconds = 30, askAlways = false, cacheCapacity = 4096,
    }) {
        if (revocations === undefined) {
            throw new InvalidRequestError('give a verifier its revocations, or null for none');
        }
        this.#keys = keys;
        this.#options = {
            revocations, broker, issuer, audience, leewaySeconds, stalenessSeconds, askAlways,
        };
        this.#cache = new TokenCache(cacheCapacity);
    }

    /** The keys in use. */
    get keys() {
        return this.#keys;
    }

    /** Others take their place, and every token is verified anew. */
    set keys(keys) {
        this.#keys = keys;
        this.#cache.clear();
    }

    /**
     * Says whether a token is good for what is asked, and asks the broker where it has to.
     *
     * @param {string} token
     * @param {Wanted} [wanted]
     * @returns {Promise<Verdict>} never rejected for the token's sake.
     *
     * @typedef {object} Wanted
     * @property {string[]} [scope] all of it must be covered.
     * @property {string} [audience] must be named.
     * @property {boolean} [consumeUse] consume one use of a token whose uses are limited; the
     *     broker client must speak for an app.
     *
     * @typedef {object} Verdict
     * @property {boolean} valid
     * @property {string | null} reason a stable code where not valid: those of
     *     proto/vectors/README.md, and SCOPE_VIOLATION, REVOKED, REVOCATIONS_STALE,
     *     BROKER_REQUIRED, BROKER_UNREACHABLE and TOKEN_NOT_VALID.
     * @property {string | null} message a sentence for a developer.
     * @property {import('./token.js').VerifiedToken | null} token null where it is not the
     *     broker's.
     * @property {object | null} claims of a valid token; by reference, those that it refers to.
     */
    async verify(token, wanted = {}) {
        let judgement = this.#judge(token, wanted);
        if (judgement.reason === 'FOREIGN_HEADER' && (await this.#refreshKeys())) {
            judgement = this.#judge(token, wanted);
        }
        return judgement.mustAsk ? this.#ask(judgement.token, token, wanted) : judgement;
    }

    /**
     * As `verify`, without asking: what only the broker can say is refused, with BROKER_REQUIRED or
     * REVOCATIONS_STALE.
     *
     * @param {string} token
     * @param {Wanted} [wanted]
     * @returns {Verdict}
     */
    verifyOffline(token, wanted = {}) {
        const judgement = this.#judge(token, wanted);
        return judgement.mustAsk ? invalid(judgement.mustAsk, judgement.token) : judgement;
    }

    /** A verdict, or `{ token, mustAsk: why }` where only the broker knows. */
    #judge(token, { scope = [], audience = this.#options.audience }) {
        let verified = null;
        try {
            const entry = this.#verified(token, audience);
            verified = entry.verified;
            if (!verified.isReference && !isCovered(verified, scope)) {
                return invalid('SCOPE_VIOLATION', verified);
            }
            return this.#judgeLife(entry);
        } catch (error) {
            if (error instanceof VerificationError) return invalid(error.code, verified);
            throw error;
        }
    }

    #verified(token, audience) {
        const { issuer, leewaySeconds } = this.#options;
        const nowSeconds = Math.floor(Date.now() / 1000);
        const known = typeof token === 'string' ? this.#cache.get(token) : undefined;
        if (known !== undefined) {
            const { verified } = known;
            checkTimes(verified.times, nowSeconds, leewaySeconds);
            const isForAnother =
                audience !== undefined && !verified.isReference &&
                !verified.audience.includes(audience);
            if (isForAnother) throw new VerificationError('AUDIENCE_MISMATCH');
            return known;
        }
        const verified = verifyChain(token, {
            keys: this.#keys, issuer, audience, nowSeconds, leewaySeconds,
        });
        const entry = { token, verified, names: namesOf(verified), valid: valid(verified) };
        this.#cache.add(entry);
        return entry;
    }

    /** Whether it has ended since it was issued. */
    #judgeLife({ verified, names, valid }) {
        const { revocations, stalenessSeconds, askAlways } = this.#options;
        if (revocations?.ended.revokes(verified, names)) return invalid('REVOKED', verified);
        if (askAlways || verified.isOnline) return { token: verified, mustAsk: 'BROKER_REQUIRED' };
        const isKnown =
            revocations === null ||
            (revocations.staleSeconds <= stalenessSeconds && revocations.ended.covers(verified));
        return isKnown ? valid : { token: verified, mustAsk: 'REVOCATIONS_STALE' };
    }

    async #ask(verified, token, {
        scope = [], audience = this.#options.audience, consumeUse = false,
    }) {
        const { broker } = this.#options;
        if (broker === null) return this.verifyOffline(token, { scope, audience });
        let answer;
        try {
            answer = await broker.validate(token, {
                requiredScope: scope,
                requiredAudience: audience,
                consumeUse,
                omitClaims: !verified.isReference,
            });
        } catch (error) {
            return { ...invalid('BROKER_UNREACHABLE', verified), message: error.message };
        }
        if (!answer.valid) return invalid('TOKEN_NOT_VALID', verified);
        return verified.isReference ? valid(verified, answer.claims) : valid(verified);
    }

    /** Whether there are other keys now. */
    async #refreshKeys() {
        const { broker } = this.#options;
        const now = performance.now();
        if (broker === null || now - this.#keysAskedAt < KEY_INTERVAL_MILLISECONDS) return false;
        this.#keysAskedAt = now;
        try {
            this.keys = await broker.keys();
            return true;
        } catch {
            // The token is refused with what is known.
            return false;
        }
    }
}

function isCovered(verified, scope) {
    if (!scope.every(isScope)) {
        throw new InvalidRequestError('a scope is action:resource:identifier');
    }
    return scopesCover(verified.scope, scope);
}

function valid(token, claims = token.isReference ? null : token.claims()) {
    return Object.freeze({ valid: true, reason: null, message: null, token, claims });
}

function invalid(reason, token) {
    const { message } = new VerificationError(reason);
    return { valid: false, reason, message, token, claims: null };
}
