// The words of the protocol (proto/PROTOCOL.md, "Words"): their alphabets and lengths.

export const MAXIMUM_SCOPES = 32;
export const MAXIMUM_AUDIENCES = 8;
export const MAXIMUM_HOPS = 5;

const IDENTIFIER = String.raw`(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,128}`;
/** Printable ASCII without space, quote, backslash and comma. */
const PLAIN = String.raw`[!#-+\--[\]-~]`;

const ISSUER = /^[!#-[\]-~]{1,249}$/;
const AUDIENCE = new RegExp(`^${PLAIN}{1,256}$`);
const SCOPE = new RegExp(String.raw`^[A-Za-z0-9._-]+:[A-Za-z0-9._-]+:${PLAIN}+$`);
const MAXIMUM_SCOPE = 256;
const AGENT = new RegExp(
    String.raw`^spiffe://[a-z0-9._-]{1,255}/agent/(${IDENTIFIER})/(${IDENTIFIER})/[0-9a-f]{16}$`);
const REFERENCE = /^[0-9a-f]{32}$/;
const DIGEST_HEX = /^[0-9a-f]{64}$/;

export const isIssuer = (text) => ISSUER.test(text);
export const isAudience = (text) => AUDIENCE.test(text);
export const isScope = (text) => text.length <= MAXIMUM_SCOPE && SCOPE.test(text);
export const isAgentId = (text) => AGENT.test(text);
/** The id of a grant or a token. */
export const isReference = (text) => REFERENCE.test(text);
export const isDigestHex = (text) => DIGEST_HEX.test(text);

/** The orchestration and the task of an agent id. */
export function workOf(agentId) {
    const [, orchestration, task] = AGENT.exec(agentId);
    return { orchestration, task };
}

/**
 * Whether holding `held` is enough for `wanted`: equal, or alike in action and resource where the
 * identifier of the held one is `*`. Both are scopes.
 */
export function scopeCovers(held, wanted) {
    if (held === wanted) return true;
    if (!held.endsWith(':*')) return false;
    // A star stands for the whole identifier: in `read:data:a:*` it is a part of one.
    const second = held.indexOf(':', held.indexOf(':') + 1);
    return second === held.length - 2 && wanted.startsWith(held.slice(0, -1));
}

/** Whether each of the wanted scopes is covered by one that is held. */
export function scopesCover(held, wanted) {
    return wanted.every((one) => held.some((other) => scopeCovers(other, one)));
}
