// Verifies a token and the whole lineage in it with nothing but the broker's public keys: the
// broker's signature over all of it, each hop by the key that the root or the hop before names,
// their order, and that nothing grew on the way (proto/PROTOCOL.md, "Verified offline").

import { verify } from 'node:crypto';
import { thumbprint } from '../keys.js';
import { decodeBase64url } from './base64url.js';
import { readClaims } from './claims.js';
import { isHopSigned, parseHop, parseRoot } from './hop.js';
import { VerificationError } from './refusal.js';
import { VerifiedToken } from './token.js';
import { isAudience, isIssuer, MAXIMUM_HOPS, scopesCover } from './words.js';

/** The longest token there is, in characters. */
const MAXIMUM_TOKEN = 16 * 1024;
const SIGNATURE_SIZE = 64;

/**
 * Verifies a token without asking anyone. It says what was granted, by whom and until when; whether
 * it has ended since, only the broker and a `RevocationFollower` know.
 *
 * @param {string} token a compact JWS.
 * @param {object} options
 * @param {import('../broker-keys.js').BrokerKeys} options.keys the broker's.
 * @param {string} [options.issuer] the `iss` that it must have; the keys' own if left out.
 * @param {string} [options.audience] one that it must name. A token by reference names none: its
 *     audience is for the broker to say.
 * @param {number} [options.nowSeconds] since the Unix epoch; the system's clock if left out.
 * @param {number} [options.leewaySeconds] how far the clocks may be apart.
 * @returns {VerifiedToken}
 * @throws {VerificationError} with the code of the first thing that is wrong.
 */
export function verifyChain(token, {
    keys, issuer = keys.issuer, audience, nowSeconds = Math.floor(Date.now() / 1000),
    leewaySeconds = 0,
}) {
    // No token has an issuer or an audience that is none.
    if (!isIssuer(issuer)) refuse('ISSUER_MISMATCH');
    if (audience !== undefined && !isAudience(audience)) refuse('AUDIENCE_MISMATCH');
    const { payload, keyId } = checkSignature(token, keys);
    const claims = readClaims(payload);
    if (claims.issuer !== issuer) refuse('ISSUER_MISMATCH');
    checkTimes(claims, nowSeconds, leewaySeconds);
    const { authority } = claims;
    if (authority === null) return new VerifiedToken({ claims, payload, keyId, lineage: [] });
    if (audience !== undefined && !authority.audience.includes(audience)) {
        refuse('AUDIENCE_MISMATCH');
    }
    const lineage = [];
    let isOnline = claims.isOnline;
    if (authority.delegation !== null) {
        const last = followChain(authority.delegation, issuer, lineage);
        checkLast(claims, last);
        // Only the broker can count uses, whether or not the token says so.
        isOnline ||= last.maximumUses !== undefined;
    }
    lineage.push({ agentId: authority.subject, grantId: claims.grant });
    return new VerifiedToken({ claims: { ...claims, isOnline }, payload, keyId, lineage });
}

/** @throws {VerificationError} EXPIRED or NOT_YET_VALID. */
export function checkTimes({ expiresAt, authority }, now, leeway) {
    if (expiresAt <= now - leeway) refuse('EXPIRED');
    if (authority === null) return;
    if (authority.notBefore > now + leeway || authority.issuedAt > now + leeway) {
        refuse('NOT_YET_VALID');
    }
}

function checkSignature(token, keys) {
    if (typeof token !== 'string' || token.length > MAXIMUM_TOKEN) refuse('MALFORMED');
    const [header, encodedPayload, encodedSignature, rest] = token.split('.', 4);
    if (!encodedPayload || !encodedSignature || rest !== undefined) refuse('MALFORMED');
    const payload = decodeBase64url(encodedPayload);
    const signature = decodeBase64url(encodedSignature);
    const isWellFormed =
        header !== '' && decodeBase64url(header) !== null && payload !== null &&
        signature?.length === SIGNATURE_SIZE;
    if (!isWellFormed) refuse('MALFORMED');
    // The header is compared and never interpreted: no token chooses its algorithm or its key.
    const key = keys.signerOf(header);
    if (key === undefined) refuse('FOREIGN_HEADER');
    const signed = Buffer.from(token.slice(0, header.length + 1 + encodedPayload.length));
    if (!verify(null, signed, key.keyObject, signature)) refuse('SIGNATURE_INVALID');
    return { payload, keyId: key.keyId };
}

/** What the last delegate holds; `lineage` gets who passed it on. */
function followChain({ root: rootText, hops }, issuer, lineage) {
    if (hops.length > MAXIMUM_HOPS) refuse('DEPTH_EXCEEDED');
    // The root is the broker's word: nothing in it needs to be proven.
    const root = parseRoot(rootText) ?? refuse('ROOT_MALFORMED');
    let held = { ...root, expiresAt: root.notAfter, maximumUses: undefined };
    hops.forEach((text, index) => {
        lineage.push({ agentId: held.agent, grantId: held.grant });
        const hop = parseHop(text) ?? refuse('HOP_MALFORMED');
        checkHop(hop, held, index + 1, issuer);
        held = {
            agent: hop.delegate,
            key: hop.delegateKey,
            grant: hop.grant,
            scope: hop.scope,
            audience: hop.audience ?? held.audience,
            maximumUses: hop.maximumUses,
            expiresAt: hop.expiresAt,
            digest: hop.digest,
        };
    });
    return held;
}

function checkHop(hop, held, depth, issuer) {
    if (hop.depth !== depth || hop.previous !== held.digest.toString('base64url')) {
        refuse('HOP_ORDER');
    }
    if (hop.issuer !== issuer) refuse('ISSUER_MISMATCH');
    if (hop.delegator !== held.agent || hop.delegatorKey !== held.key) refuse('DELEGATOR_MISMATCH');
    if (!isHopSigned(hop)) refuse('HOP_SIGNATURE_INVALID');
    if (hop.parent !== held.grant) refuse('PARENT_MISMATCH');
    // Not equal: a renewal may have narrowed what the delegator held when it delegated.
    if (!scopesCover(held.scope, hop.held)) refuse('HELD_WIDENED');
    if (!scopesCover(hop.held, hop.scope)) refuse('SCOPE_WIDENED');
    if (!(hop.audience ?? []).every((one) => held.audience.includes(one))) {
        refuse('AUDIENCE_WIDENED');
    }
    const usesAreWithin =
        held.maximumUses === undefined ||
        (hop.maximumUses !== undefined && hop.maximumUses <= held.maximumUses);
    if (!usesAreWithin) refuse('USES_WIDENED');
    if (hop.expiresAt > held.expiresAt) refuse('EXPIRY_WIDENED');
}

/** The token states what the last hop gave, or less of it. */
function checkLast({ grant, expiresAt, authority }, last) {
    if (authority.delegation.chainHash !== last.digest.toString('hex')) {
        refuse('CHAIN_HASH_MISMATCH');
    }
    if (grant !== last.grant) refuse('GRANT_MISMATCH');
    if (authority.subject !== last.agent) refuse('SUBJECT_MISMATCH');
    if (authority.keyThumbprint !== thumbprint(last.key)) refuse('KEY_MISMATCH');
    if (!scopesCover(last.scope, authority.scope)) refuse('SCOPE_WIDENED');
    // A token without an audience would be for whoever does not ask.
    const audienceIsWithin =
        authority.audience.every((one) => last.audience.includes(one)) &&
        (authority.audience.length === 0) === (last.audience.length === 0);
    if (!audienceIsWithin) refuse('AUDIENCE_WIDENED');
    if (expiresAt > last.expiresAt) refuse('EXPIRY_WIDENED');
}

function refuse(code) {
    throw new VerificationError(code);
}
