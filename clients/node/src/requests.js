// Between what callers say and what the wire says.

import { AgentState, Binding } from '../generated/messages.js';
import { IssuedToken } from './agent.js';
import {
    InvalidRequestError, OutcomeUnknownError, ProtocolError, RefusedError,
} from './errors.js';
import { KeyPair } from './keys.js';

const MAXIMUM_UINT32 = 0xffff_ffff;

/** The AgentSpec of a request, and the agent's key. */
export function agentSpec(request, options) {
    const { orchestration = options.orchestration, key = KeyPair.generate() } = request;
    if (orchestration === undefined) {
        throw new InvalidRequestError("name an orchestration, here or in the client's options");
    }
    const spec = {
        orchId: orchestration,
        taskId: request.task,
        scope: request.scope,
        audience: request.audience,
        publicKey: key.publicKey,
        ttlSeconds: seconds(request.lifetimeSeconds),
        lifetimeSeconds: seconds(request.renewableForSeconds),
        binding: bindingOf(request.binding),
        pid: request.pid,
        maxUses: uses(request.maximumUses),
        byReference: request.byReference,
    };
    return { spec, key };
}

/** A body and the proof over it. */
export function proven(session, purpose, type, content, key) {
    const proofSeq = session.nextProofSequence();
    const body = type.encode({ ...content, proofSeq });
    return { body, proof: session.proof(purpose, proofSeq, body, key) };
}

/** A life on the wire: 0 where the caller leaves it to the broker. */
export function seconds(value) {
    if (value === undefined) return 0;
    return wholeNumber(value, 'a lifetime is a whole number of seconds from 1');
}

/** A limit of uses on the wire: undefined for none. */
export function uses(value) {
    return value === undefined ? value : wholeNumber(value, 'a limit of uses is at least one');
}

function wholeNumber(value, sentence) {
    if (!Number.isInteger(value) || value < 1 || value > MAXIMUM_UINT32) {
        throw new InvalidRequestError(sentence);
    }
    return value;
}

function bindingOf(name) {
    if (name === undefined) return undefined;
    const binding = Binding[name.toUpperCase()];
    if (binding === undefined) throw new InvalidRequestError(`${name} is no binding`);
    return binding;
}

export function validateRequest(token, {
    requiredScope, requiredAudience, consumeUse = false, omitClaims = false,
}) {
    return { token, omitClaims, requiredScope, requiredAudience, consumeUse };
}

export function validationOf({ valid, claims, expiresAt, usesLeft }, request) {
    return {
        valid,
        claims: valid && !request.omitClaims ? parseClaims(claims) : null,
        expiresAt: valid ? dateOf(expiresAt) : null,
        usesLeft: valid && request.consumeUse ? usesLeft : null,
    };
}

function parseClaims(bytes) {
    try {
        return JSON.parse(bytes.toString('utf8'));
    } catch (cause) {
        throw new ProtocolError('the claims are not JSON', { cause });
    }
}

export function issuedOf(answer) {
    if (answer === null) throw unknownOutcome('the answer names no agent');
    return new IssuedToken(answer);
}

/**
 * A live grant as its app sees it.
 *
 * @typedef {object} Grant
 * @property {string} grantId
 * @property {string} agentId whom it is granted to.
 * @property {string} app
 * @property {string} orchestration
 * @property {string} task
 * @property {string[]} scope
 * @property {string[]} audience
 * @property {Date} issuedAt
 * @property {Date} expiresAt
 * @property {Date} notAfter that no renewal passes.
 * @property {string | null} parentGrantId of a delegated grant: the delegator's.
 * @property {string | null} holderGrantId of a delegated grant: the delegate's own.
 * @property {number} depth hops from the root.
 * @property {number} renewals
 * @property {number | null} usesLeft null where there is no limit.
 * @property {string} state as it said last, in lower case.
 * @property {boolean} isFlagged it missed its app's heartbeat interval.
 * @property {string} proof how its key was proven: `agent`, `attested` or `legacy`.
 */
export function grantOf(summary) {
    return {
        grantId: summary.grantId,
        agentId: summary.agentId,
        app: summary.app,
        orchestration: summary.orchId,
        task: summary.taskId,
        scope: summary.scope,
        audience: summary.audience,
        issuedAt: dateOf(summary.issuedAt),
        expiresAt: dateOf(summary.expiresAt),
        notAfter: dateOf(summary.notAfter),
        parentGrantId: summary.parentGrantId || null,
        holderGrantId: summary.holderGrantId || null,
        depth: summary.depth,
        renewals: summary.renewals,
        usesLeft: summary.hasUses ? summary.usesLeft : null,
        state: nameOf(AgentState, summary.state),
        isFlagged: summary.isFlagged,
        proof: summary.proof,
    };
}

/** The name of an enum's value in lower case; one of a later broker is unspecified. */
function nameOf(names, value) {
    const found = Object.keys(names).find((name) => names[name] === value);
    return (found ?? 'UNSPECIFIED').toLowerCase();
}

export function dateOf(seconds) {
    return new Date(seconds * 1000);
}

/** An answer that does not say what became of a request that was carried out. */
export function unknownOutcome(sentence) {
    return new OutcomeUnknownError(new ProtocolError(sentence));
}

/** What the broker would say, without asking it. */
export function refusedHere(reason, message) {
    return new RefusedError({ status: 'UNAUTHENTICATED', reason, message });
}
