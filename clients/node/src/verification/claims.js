// What a token's payload says, each claim in its form. Only the broker's signature makes it true.
//
// Claims are found by name, in any order; unknown ones are not looked at, so that a later broker
// can add some; a name given twice is refused by the JSON reader.

import { isBase64url } from './base64url.js';
import { readJson, wholeNumber } from './json.js';
import { VerificationError } from './refusal.js';
import {
    isAgentId, isAudience, isDigestHex, isIssuer, isReference, isScope, MAXIMUM_AUDIENCES,
    MAXIMUM_SCOPES,
} from './words.js';

/** What a token by reference leaves out. */
const AUTHORITY = [
    'sub', 'aud', 'nbf', 'iat', 'scope', 'cnf', 'root', 'delegation_chain', 'chain_hash',
];

/**
 * @param {Buffer} payload the JSON, as signed.
 * @throws {VerificationError} PAYLOAD_MALFORMED, CLAIM_MISSING or CLAIM_MALFORMED.
 */
export function readClaims(payload) {
    const json = readJson(payload);
    if (!(json instanceof Map)) throw new VerificationError('PAYLOAD_MALFORMED');
    const claims = {
        grant: claim(json, 'grant', textOf(isReference)),
        tokenId: claim(json, 'jti', textOf(isReference)),
        issuer: claim(json, 'iss', textOf(isIssuer)),
        expiresAt: claim(json, 'exp', wholeNumber),
        isOnline: optionalClaim(json, 'online', (value) => (value === true ? true : null)) ?? false,
        authority: null,
    };
    const isReferenceOnly = claims.isOnline && AUTHORITY.every((name) => !json.has(name));
    if (!isReferenceOnly) claims.authority = readAuthority(json);
    return claims;
}

function readAuthority(json) {
    return {
        subject: claim(json, 'sub', textOf(isAgentId)),
        audience: optionalClaim(json, 'aud', listOf(MAXIMUM_AUDIENCES, isAudience)) ?? [],
        notBefore: claim(json, 'nbf', wholeNumber),
        issuedAt: claim(json, 'iat', wholeNumber),
        scope: claim(json, 'scope', listOf(MAXIMUM_SCOPES, isScope)),
        keyThumbprint: claim(json, 'cnf', thumbprintOf),
        delegation: readDelegation(json),
    };
}

/** Null where the token has none of the three claims. */
function readDelegation(json) {
    if (['root', 'delegation_chain', 'chain_hash'].every((name) => !json.has(name))) return null;
    return {
        root: claim(json, 'root', textOf(() => true)),
        hops: claim(json, 'delegation_chain', listOf(Infinity, () => true)),
        chainHash: claim(json, 'chain_hash', textOf(isDigestHex)),
    };
}

function claim(json, name, make) {
    const value = optionalClaim(json, name, make);
    if (value === undefined) throw new VerificationError('CLAIM_MISSING');
    return value;
}

function optionalClaim(json, name, make) {
    if (!json.has(name)) return undefined;
    const value = make(json.get(name));
    if (value === null) throw new VerificationError('CLAIM_MALFORMED');
    return value;
}

const textOf = (isRight) => (value) =>
    typeof value === 'string' && isRight(value) ? value : null;

const listOf = (maximum, isRight) => (value) => {
    const isList =
        Array.isArray(value) && value.length >= 1 && value.length <= maximum &&
        value.every((one) => typeof one === 'string' && isRight(one));
    return isList ? value : null;
};

function thumbprintOf(value) {
    const text = value instanceof Map ? value.get('jkt') : undefined;
    return typeof text === 'string' && text.length === 43 && isBase64url(text) ? text : null;
}
