// What a token says its agent holds, as far as a hop from it needs it. Nothing is verified: what is
// wrong in it the broker refuses.

import { createHash } from 'node:crypto';
import { decodeBase64url } from '../verification/base64url.js';
import { readJson, wholeNumber } from '../verification/json.js';

/** The payload of a compact JWS; null where the text is none. */
export function payloadOf(token) {
    return decodeBase64url(token.split('.')[1] ?? '.');
}

/**
 * @param {string} token
 * @returns null where the token lacks one of these, as one by reference does.
 */
export function holdingOf(token) {
    const payload = payloadOf(token);
    return payload === null ? null : holdingIn(payload);
}

/** As `holdingOf`, of the claims. */
export function holdingIn(payload) {
    const json = readJson(payload);
    if (!(json instanceof Map)) return null;
    const hops = json.get('delegation_chain') ?? [];
    const holding = {
        agentId: json.get('sub'),
        grantId: json.get('grant'),
        scope: json.get('scope'),
        expiresAt: wholeNumber(json.get('exp')),
        depth: hops.length,
        previous: hops.length === 0 ? null : sha256(hops[hops.length - 1]),
    };
    const isWhole =
        typeof holding.agentId === 'string' && typeof holding.grantId === 'string' &&
        Array.isArray(holding.scope) && holding.expiresAt !== null;
    return isWhole ? holding : null;
}

/** The id of the grant that a token states, inline or by reference; empty where it is no token. */
export function grantIdOf(token) {
    const json = readJson(payloadOf(token) ?? Buffer.alloc(0));
    return json instanceof Map ? String(json.get('grant') ?? '') : '';
}

export function sha256(text) {
    return createHash('sha256').update(text).digest();
}
