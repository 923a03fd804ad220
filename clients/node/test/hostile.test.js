// proto/vectors/hostile.json: what a broker never sends must be an error, and in time. Beside
// clients/testing/hostile_server.py, see proto/vectors/README.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
    Client, ConnectionError, OutcomeUnknownError, ProtocolError, RefusedError, TimeoutError,
} from '../index.js';

const directory = process.env.MAYFLY_HOSTILE_DIRECTORY;
const vectors = JSON.parse(
    readFileSync(new URL('../../../proto/vectors/hostile.json', import.meta.url), 'utf8'));

const CLASSES = [
    [OutcomeUnknownError, 'outcome_unknown'], [ProtocolError, 'protocol'],
    [ConnectionError, 'connection_lost'], [TimeoutError, 'timeout'], [RefusedError, 'refused'],
];

async function outcomeOf(run) {
    try {
        return await run();
    } catch (error) {
        const [, name] = CLASSES.find(([type]) => error instanceof type) ?? [];
        if (name === undefined) throw error;
        return name;
    }
}

const calls = {
    validate: (client) => outcomeOf(async () =>
        (await client.validate('a', { omitClaims: false })).valid ? 'ok' : 'invalid'),
    spawn: (client) => outcomeOf(async () => {
        await client.spawn({ task: 't', scope: ['read:data:x'] });
        return 'ok';
    }),
    watch: (client, silenceLimitMilliseconds) => {
        let messages = '';
        return outcomeOf(async () => {
            for await (const batch of client.watchRevocations({ silenceLimitMilliseconds })) {
                messages = batch && 'message_then_';
            }
        }).then((end) => messages + end);
    },
};

/** What a second call of the same client may come to. */
const SECOND = {
    ok_then_protocol: ['ok', ['ok', 'invalid', 'protocol', 'connection_lost']],
    timeout_then_ok: ['timeout', ['ok']],
    connection_lost_then_ok: ['connection_lost', ['ok']],
};

/** An answer that comes before the request was read cannot be told from one that comes after. */
const RACES = new Map([['answer-before-request', ['ok']]]);

for (const { name, call, expect } of vectors.cases) {
    const skip = directory === undefined ? 'no hostile server: run test.sh' : false;
    test(`hostile: ${name}`, { skip, timeout: vectors.timeout_seconds * 10_000 }, async (t) => {
        const timeout = vectors.timeout_seconds * 1000;
        const client = new Client({
            socketPath: join(directory, `${name}.sock`),
            app: call === 'spawn' ? 'testing' : undefined,
            orchestration: 'hostile',
            callTimeoutMilliseconds: timeout,
            connectTimeoutMilliseconds: timeout,
        });
        t.after(() => client.close());
        const start = performance.now();
        const first = await calls[call](client, timeout);
        assert.ok(performance.now() - start < timeout * 5, 'in time');
        const firsts = expect.flatMap((one) => SECOND[one]?.[0] ?? one);
        const allowed = [...firsts, ...(RACES.get(name) ?? [])];
        assert.ok(allowed.includes(first), `${first}, not ${expect}`);
        const [, then] = expect.map((one) => SECOND[one]).find((one) => one?.[0] === first) ?? [];
        if (then !== undefined && !expect.includes(first)) {
            assert.ok(then.includes(await calls[call](client, timeout)));
        }
    });
}
