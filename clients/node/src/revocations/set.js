// What a stream of ends has brought, in bounded memory.

import { createHash } from 'node:crypto';

/** Ends that are remembered at most, about 100 bytes each. */
const DEFAULT_CAPACITY = 500_000;
/** The broker's own default for the longest life there is, and a minute. */
export const DEFAULT_RETENTION_SECONDS = 86_400 + 60;

/**
 * The digest of an end (proto/PROTOCOL.md, "The stream of ends").
 *
 * @param {'token' | 'grant' | 'agent' | 'task' | 'chain'} level
 * @param {string} target by level: the `jti`; the grant id; the SPIFFE ID; `task` or
 *     `orchestration/task`; the root's grant id.
 * @returns {Buffer} 32 bytes.
 */
export function revocationDigest(level, target) {
    return createHash('sha256').update(`${level}\0${target}`).digest();
}

/**
 * The ends of a stream. Each is remembered for at least the retention, which is the longest time
 * that it can matter: in two generations, of which the older is forgotten as a whole.
 */
export class RevocationSet {
    #young = new Set();
    #old = new Set();
    #youngSince = performance.now();
    #firstIssueAt = 0;

    /** @param {{ capacity?: number, retentionSeconds?: number }} [options] */
    constructor({
        capacity = DEFAULT_CAPACITY, retentionSeconds = DEFAULT_RETENTION_SECONDS,
    } = {}) {
        this.capacity = capacity;
        this.retentionSeconds = retentionSeconds;
    }

    get size() {
        return this.#young.size + this.#old.size;
    }

    /**
     * Takes in a batch.
     *
     * @returns {boolean} false where there is no room for it: then not every end is known.
     */
    insert({ digests, firstIssueAt }) {
        const now = performance.now();
        if (now - this.#youngSince >= this.retentionSeconds * 1000) {
            this.#old = this.#young;
            this.#young = new Set();
            this.#youngSince = now;
        }
        this.#firstIssueAt = Math.max(this.#firstIssueAt, firstIssueAt.getTime() / 1000);
        if (this.size + digests.length > this.capacity) return false;
        for (const digest of digests) this.#young.add(digest.toString('latin1'));
        return true;
    }

    clear() {
        this.#young.clear();
        this.#old.clear();
    }

    /** Whether an end was announced. */
    has(level, target) {
        return this.#knows(digestText(level, target));
    }

    /**
     * Whether a token is dead: itself, its grant or one that it hangs on, an agent of its lineage,
     * a task of theirs, its chain, or everything of its time. `names` are of `namesOf`.
     */
    revokes(token, names) {
        if (token.times.authority?.issuedAt < this.#firstIssueAt) return true;
        return names.some((name) => this.#knows(name));
    }

    /** Whether it remembers for as long as a token lives. */
    covers({ times: { authority, expiresAt } }) {
        if (authority === null) return true;
        return Number(expiresAt) - Number(authority.issuedAt) <= this.retentionSeconds;
    }

    #knows(text) {
        return this.#young.has(text) || this.#old.has(text);
    }
}

/** The digests of all that a token's life hangs on, for `RevocationSet.revokes`. */
export function namesOf(token) {
    const names = [
        digestText('token', token.tokenId),
        digestText('grant', token.grantId),
    ];
    if (token.lineage.length > 0) names.push(digestText('chain', token.lineage[0].grantId));
    for (const { agentId, grantId, orchestration, task } of token.lineage) {
        names.push(digestText('agent', agentId), digestText('task', task));
        names.push(digestText('task', `${orchestration}/${task}`));
        if (grantId !== token.grantId) names.push(digestText('grant', grantId));
    }
    return names;
}

function digestText(level, target) {
    return revocationDigest(level, target).toString('latin1');
}
