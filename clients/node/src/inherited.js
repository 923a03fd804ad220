import { closeSync, readSync } from 'node:fs';
import { Client } from './client.js';
import { grantIdOf } from './delegation/holding.js';
import { InvalidRequestError } from './errors.js';
import { KeyPair } from './keys.js';
import { IssuedToken } from './agent.js';

const VARIABLE = 'MAYFLY_AGENT_FD';
/** A token, a key and what goes with them. */
const MAXIMUM_COUNT = 64 * 1024;
const TEXTS = ['socket', 'token', 'private_key', 'agent_id'];

/**
 * The agent that this process was started as, by `mayfly run` or another wrapper: null where it was
 * not started as one.
 *
 * `MAYFLY_AGENT_FD` names an inherited descriptor, from which one JSON object is read to its end:
 * `{"socket", "token", "private_key", "agent_id", "expires_at"}`. The descriptor is closed, so it
 * can be asked once. The agent renews, delegates and releases through a client of its own, that
 * speaks for no app: `agent.client.close()` ends it.
 *
 * @param {import('./client.js').ClientOptions} [options] of that client.
 * @throws {InvalidRequestError} where the variable names no descriptor, or no agent comes from it.
 */
export function agentFromEnvironment(options = {}) {
    const text = process.env[VARIABLE];
    if (text === undefined) return null;
    if (!/^[0-9]{1,9}$/.test(text) || Number(text) <= 2) {
        throw new InvalidRequestError(`${VARIABLE}: ${text} is no inherited descriptor`);
    }
    const agent = parse(readToEnd(Number(text)));
    const client = new Client({ ...options, socketPath: agent.socket });
    const issued = new IssuedToken({
        agentId: agent.agent_id,
        token: agent.token,
        grantId: grantIdOf(agent.token),
        expiresAt: agent.expires_at,
    });
    return client.adopt(issued, KeyPair.fromPem(agent.private_key));
}

function readToEnd(descriptor) {
    const bytes = Buffer.alloc(MAXIMUM_COUNT + 1);
    let count = 0;
    try {
        for (;;) {
            const more = readSync(descriptor, bytes, count, bytes.length - count, null);
            count += more;
            if (more === 0 || count > MAXIMUM_COUNT) break;
        }
        closeSync(descriptor);
    } catch (cause) {
        throw new InvalidRequestError(`${VARIABLE}: ${cause.message}`, { cause });
    }
    const text = bytes.toString('utf8', 0, count);
    bytes.fill(0);
    return text;
}

function parse(text) {
    let agent = null;
    try {
        agent = JSON.parse(text);
    } catch {
        // Without the cause: its text may have a part of the key.
    }
    const isAgent =
        typeof agent === 'object' && agent !== null && Number.isSafeInteger(agent.expires_at) &&
        TEXTS.every((name) => typeof agent[name] === 'string');
    if (!isAgent) throw new InvalidRequestError(`${VARIABLE}: no agent came from the descriptor`);
    return agent;
}
