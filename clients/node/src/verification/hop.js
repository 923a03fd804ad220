// Hops and root statements: each is the one canonical text of what it says, so that reading one is
// matching it, and nothing has to be compared with a text written again.

import { createHash, verify } from 'node:crypto';
import { importPublicKey } from '../keys.js';
import { decodeBase64url, isBase64url } from './base64url.js';
import { parseWholeNumber } from './json.js';
import {
    isAgentId, isAudience, isIssuer, isReference, isScope, MAXIMUM_AUDIENCES, MAXIMUM_HOPS,
    MAXIMUM_SCOPES,
} from './words.js';

/** The longest hop there is, in characters. */
const MAXIMUM_HOP = 27_406;
const MAXIMUM_USES = 0xffff_ffff;
const SIGNATURE_SIZE = 64;

const HEADER = Buffer.from('{"alg":"EdDSA","typ":"mayfly-hop+jwt"}').toString('base64url');

const TEXT = '"([^"\\\\]*)"';
const LIST = '\\[("[^"\\\\]*"(?:,"[^"\\\\]*")*)\\]';
const NUMBER = '([0-9]+)';

/** Matches an object with these members in this order; the optional ones may be left out. */
function canonical(members) {
    const parts = members.map(([name, pattern, isOptional], index) => {
        const part = `${index === 0 ? '' : ','}"${name}":${pattern}`;
        return isOptional ? `(?:${part})?` : part;
    });
    return new RegExp(`^\\{${parts.join('')}\\}$`);
}

const HOP = canonical([
    ['iss', TEXT], ['challenge', TEXT], ['proof_seq', NUMBER], ['delegator', TEXT],
    ['delegator_key', TEXT], ['delegate', TEXT], ['delegate_key', TEXT], ['held', LIST],
    ['scope', LIST], ['aud', LIST, true], ['max_uses', NUMBER, true], ['iat', NUMBER],
    ['exp', NUMBER], ['parent', TEXT], ['depth', NUMBER], ['prev', TEXT],
]);

const ROOT = canonical([
    ['agent', TEXT], ['key', TEXT], ['scope', LIST], ['aud', LIST, true], ['not_after', NUMBER],
    ['grant', TEXT],
]);

/**
 * What a chain of delegations begins with.
 *
 * @param {string} text the `root` claim.
 * @returns null where it is not the one text of any statement.
 */
export function parseRoot(text) {
    const match = ROOT.exec(asciiOf(decodeBase64url(text)));
    if (match === null) return null;
    const [, agent, key, scopes, audiences, notAfter, grant] = match;
    const root = {
        agent,
        key,
        scope: list(scopes, MAXIMUM_SCOPES, isScope),
        audience: audiences === undefined ? [] : list(audiences, MAXIMUM_AUDIENCES, isAudience),
        notAfter: parseWholeNumber(notAfter),
        grant,
        digest: sha256(text),
    };
    const isRight =
        isAgentId(agent) && isBytes(key) && root.scope !== null && root.audience !== null &&
        root.notAfter !== null && isReference(grant);
    return isRight ? root : null;
}

/**
 * One delegation, as the delegator signed it: well formed, and no more.
 *
 * @param {string} text the compact JWS.
 * @returns null where it is not the one text of any hop.
 */
export function parseHop(text) {
    if (text.length > MAXIMUM_HOP) return null;
    const [header, encodedPayload, encodedSignature, rest] = text.split('.', 4);
    if (header !== HEADER || encodedSignature === undefined || rest !== undefined) return null;
    const signature = decodeBase64url(encodedSignature);
    const match = HOP.exec(asciiOf(decodeBase64url(encodedPayload)));
    if (signature?.length !== SIGNATURE_SIZE || match === null) return null;
    const [
        , issuer, challenge, proofSequence, delegator, delegatorKey, delegate, delegateKey, held,
        scope, audience, maximumUses, issuedAt, expiresAt, parent, depth, previous,
    ] = match;
    const digest = sha256(text);
    const audiences =
        audience === undefined ? undefined : list(audience, MAXIMUM_AUDIENCES, isAudience);
    const hop = {
        issuer,
        delegator,
        delegatorKey,
        delegate,
        delegateKey,
        held: list(held, MAXIMUM_SCOPES, isScope),
        scope: list(scope, MAXIMUM_SCOPES, isScope),
        audience: audiences,
        maximumUses: maximumUses === undefined ? undefined : parseWholeNumber(maximumUses),
        expiresAt: parseWholeNumber(expiresAt),
        parent,
        depth: parseWholeNumber(depth),
        previous,
        signature,
        signed: text.slice(0, header.length + 1 + encodedPayload.length),
        digest,
        grant: grantOf(digest),
    };
    const { maximumUses: uses } = hop;
    const isRight =
        isIssuer(issuer) && isBytes(challenge) && parseWholeNumber(proofSequence) !== null &&
        isAgentId(delegator) && isBytes(delegatorKey) && isAgentId(delegate) &&
        isBytes(delegateKey) && hop.held !== null && hop.scope !== null && hop.audience !== null &&
        (uses === undefined || (uses !== null && uses >= 1 && uses <= MAXIMUM_USES)) &&
        parseWholeNumber(issuedAt) !== null && hop.expiresAt !== null && isReference(parent) &&
        hop.depth !== null && hop.depth >= 1 && hop.depth <= MAXIMUM_HOPS && isBytes(previous);
    return isRight ? hop : null;
}

/** Whether the key that the hop names as the delegator's signed it. */
export function isHopSigned(hop) {
    try {
        const key = importPublicKey(hop.delegatorKey);
        return verify(null, Buffer.from(hop.signed), key, hop.signature);
    } catch {
        return false;
    }
}

/** The grant that a hop makes: the first half of its digest. */
export function grantOf(digest) {
    return digest.subarray(0, 16).toString('hex');
}

/**
 * A hop, signed by its delegator.
 *
 * @param {object} content the members, in their order; what is undefined is left out.
 * @param {import('../keys.js').KeyPair} key the delegator's.
 */
export function signHop(content, key) {
    const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
    const signed = `${HEADER}.${payload}`;
    return `${signed}.${key.sign(Buffer.from(signed)).toString('base64url')}`;
}

function list(text, maximum, isMember) {
    const members = text.slice(1, -1).split('","');
    return members.length <= maximum && members.every(isMember) ? members : null;
}

/** Base64url of 32 bytes. */
function isBytes(text) {
    return text.length === 43 && isBase64url(text);
}

/** No byte of a statement or a hop is outside ASCII; one that is matches nothing. */
function asciiOf(bytes) {
    return bytes === null ? '' : bytes.toString('latin1');
}

function sha256(text) {
    return createHash('sha256').update(text).digest();
}
