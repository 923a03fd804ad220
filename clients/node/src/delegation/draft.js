// A hop that lacks only what the connection gives: challenge, number and time.

import { InvalidRequestError } from '../errors.js';
import { seconds, uses } from '../requests.js';
import { signHop } from '../verification/hop.js';
import {
    isAudience, isScope, MAXIMUM_AUDIENCES, MAXIMUM_HOPS, MAXIMUM_SCOPES,
} from '../verification/words.js';
import { sha256 } from './holding.js';

/**
 * @param {object} terms `holding` of the delegator, the `root` statement of its grant for the first
 *     hop, its `key`, the `delegate` as described, and what it gets.
 * @returns {(session: import('../connection/session.js').Session) => string} signs it.
 */
export function draftHop({
    holding, root, key, delegate, scope, audience, lifetimeSeconds, maximumUses,
}) {
    if (holding.depth >= MAXIMUM_HOPS) {
        throw new InvalidRequestError(`a chain has at most ${MAXIMUM_HOPS} hops`);
    }
    checkList(scope, MAXIMUM_SCOPES, isScope, 'scopes');
    if (audience !== undefined) checkList(audience, MAXIMUM_AUDIENCES, isAudience, 'audiences');
    const life = seconds(lifetimeSeconds);
    const maxUses = uses(maximumUses);
    const previous = holding.previous ?? sha256(root);
    return (session) => {
        const now = session.brokerSeconds;
        // In the order of the protocol, which JSON.stringify keeps; what is undefined is left out.
        return signHop({
            iss: session.issuer,
            challenge: session.challenge.toString('base64url'),
            proof_seq: session.nextProofSequence(),
            delegator: holding.agentId,
            delegator_key: key.publicKey.toString('base64url'),
            delegate: delegate.agentId,
            delegate_key: delegate.publicKey.toString('base64url'),
            held: holding.scope,
            scope,
            aud: audience,
            max_uses: maxUses,
            iat: now,
            exp: life === 0 ? Number(holding.expiresAt) : now + life,
            parent: holding.grantId,
            depth: holding.depth + 1,
            prev: previous.toString('base64url'),
        }, key);
    };
}

function checkList(list, maximum, isWord, what) {
    const isRight =
        Array.isArray(list) && list.length >= 1 && list.length <= maximum && list.every(isWord);
    if (!isRight) throw new InvalidRequestError(`delegate 1 to ${maximum} well-formed ${what}`);
}
