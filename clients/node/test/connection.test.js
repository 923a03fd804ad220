import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
    AuthenticateResponse, Envelope, ReplyEnvelope, SpawnResponse, ValidateResponse,
    WatchRevocationsResponse,
} from '../generated/messages.js';
import {
    Client, ClosedError, ConnectionError, InvalidRequestError, OutcomeUnknownError, ProtocolError,
    TimeoutError,
} from '../index.js';
import { encodeFrame } from '../src/connection/frames.js';
import { fakeBroker } from './support.js';

const authenticated = {
    challenge: Buffer.alloc(32, 1), issuer: 'mayfly', app: 'testing', nowMilliseconds: 1_000,
};
const spawned = {
    agent: { agentId: 'spiffe://m/agent/o/t/0123456789abcdef', token: 'a.b.c', expiresAt: 9 },
};

/** The frames in a chunk: short ones, which come whole. */
function requests(bytes) {
    const found = [];
    for (let start = 0; start < bytes.length; ) {
        const length = bytes.readUInt32BE(start);
        const data = bytes.subarray(start + 10, start + 10 + length);
        const { method, payload } = Envelope.decode(data);
        found.push({ stream: bytes.readUInt32BE(start + 4), method, payload });
        start += 10 + length;
    }
    return found;
}

function reply(stream, type, message) {
    return encodeFrame(stream, 2, 0, ReplyEnvelope.encode({ payload: type.encode(message) }));
}

test('calls of one connection are answered in any order', async (t) => {
    const waiting = [];
    const socketPath = await fakeBroker(t, (socket, bytes) => {
        waiting.push(...requests(bytes));
        if (waiting.length < 3) return;
        for (const { stream } of waiting.reverse()) {
            socket.write(reply(stream, ValidateResponse, { valid: true, expiresAt: stream }));
        }
    });
    const client = new Client({ socketPath });
    const answers = await Promise.all(
        ['a', 'b', 'c'].map((token) => client.validate(token, { omitClaims: true })));
    assert.deepEqual(answers.map(({ expiresAt }) => expiresAt.getTime()), [1000, 3000, 5000]);
    client.close();
});

test('a call that may be repeated is repeated once on a new connection', async (t) => {
    const socketPath = await fakeBroker(t, (socket, bytes, count) => {
        if (count === 1) return socket.destroy();
        for (const { stream } of requests(bytes)) {
            socket.write(reply(stream, ValidateResponse, { valid: true, expiresAt: 1 }));
        }
    });
    const client = new Client({ socketPath });
    assert.equal((await client.validate('a', { omitClaims: true })).valid, true);
    client.close();
});

test('a lost connection is an error where it is lost again', async (t) => {
    const socketPath = await fakeBroker(t, (socket) => socket.destroy());
    const client = new Client({ socketPath });
    await assert.rejects(client.validate('a'), ConnectionError);
    client.close();
});

test('a spawn whose reply is lost has an unknown outcome; the next call connects', async (t) => {
    let authentications = 0;
    const socketPath = await fakeBroker(t, (socket, bytes, count) => {
        for (const { stream, method } of requests(bytes)) {
            if (method === 'Authenticate') {
                authentications += 1;
                socket.write(reply(stream, AuthenticateResponse, authenticated));
            } else if (count === 1) {
                socket.destroy();
            } else {
                socket.write(reply(stream, SpawnResponse, spawned));
            }
        }
    });
    const client = new Client({ socketPath, app: 'testing', orchestration: 'o' });
    const request = { task: 't', scope: ['read:data:x'] };
    await assert.rejects(client.spawn(request), (error) =>
        error instanceof OutcomeUnknownError && error.cause instanceof ConnectionError);
    assert.equal((await client.spawn(request)).id, spawned.agent.agentId);
    assert.equal(authentications, 2);
    client.close();
});

test('a stalled broker is a timeout, of a spawn an unknown outcome', async (t) => {
    const socketPath = await fakeBroker(t, (socket, bytes) => {
        for (const { stream, method } of requests(bytes)) {
            if (method !== 'Authenticate') continue;
            socket.write(reply(stream, AuthenticateResponse, authenticated));
        }
    });
    const client = new Client({
        socketPath, app: 'testing', orchestration: 'o', callTimeoutMilliseconds: 50,
    });
    await assert.rejects(client.validate('a'), TimeoutError);
    await assert.rejects(client.spawn({ task: 't', scope: ['read:data:x'] }), (error) =>
        error instanceof OutcomeUnknownError && error.cause instanceof TimeoutError);
    client.close();
});

test('an answer that comes too late is passed over', async (t) => {
    const streams = [];
    const socketPath = await fakeBroker(t, (socket, bytes) => {
        for (const { stream } of requests(bytes)) {
            streams.push(stream);
            if (streams.length < 2) continue;
            for (const one of streams) {
                socket.write(reply(one, ValidateResponse, { valid: true, expiresAt: one }));
            }
        }
    });
    const client = new Client({ socketPath, callTimeoutMilliseconds: 300 });
    await assert.rejects(client.validate('a'), TimeoutError);
    assert.equal((await client.validate('b', { omitClaims: true })).expiresAt.getTime(), 3000);
    client.close();
});

test('requests that a broker does not read are not kept for ever', async (t) => {
    const socketPath = await fakeBroker(t, (socket, bytes) => {
        if (bytes.length > 1_000) return socket.pause();
        const [{ stream }] = requests(bytes);
        socket.write(reply(stream, AuthenticateResponse, authenticated));
    });
    const client = new Client({ socketPath, app: 'testing', callTimeoutMilliseconds: 200 });
    const token = 'x'.repeat(1_000_000);
    const calls = Array.from({ length: 16 }, () => client.validate(token));
    const errors = (await Promise.allSettled(calls)).map(({ reason }) => reason);
    assert.ok(errors[0] instanceof TimeoutError);
    assert.ok(errors.some((error) => error instanceof ConnectionError), 'the connection was given up');
    client.close();
});

test('an answer on another stream ends the connection', async (t) => {
    const socketPath = await fakeBroker(t, (socket) =>
        socket.write(reply(77, ValidateResponse, { valid: true })));
    const client = new Client({ socketPath });
    await assert.rejects(client.validate('a'), ProtocolError);
    client.close();
});

test('a request that fits no frame is not sent', async (t) => {
    const socketPath = await fakeBroker(t, () => assert.fail('nothing is sent'));
    const client = new Client({ socketPath });
    await assert.rejects(client.validate('x'.repeat(70_000)), InvalidRequestError);
    client.close();
});

test('a closed client fails what is under way and what comes', async (t) => {
    const socketPath = await fakeBroker(t, () => {});
    const client = new Client({ socketPath });
    const call = client.validate('a');
    await client.connect();
    client.close();
    await assert.rejects(call, ClosedError);
    await assert.rejects(client.validate('a'), ClosedError);
});

test('no broker is a connection error, with the system’s reason', async () => {
    const client = new Client({ socketPath: '/nonexistent/agent.sock' });
    await assert.rejects(client.validate('a'), (error) =>
        error instanceof ConnectionError && error.cause.code === 'ENOENT');
});

test('a broker that comes is waited for', async (t) => {
    const client = new Client({
        socketPath: '/nonexistent/agent.sock', brokerWaitMilliseconds: 100,
    });
    const start = performance.now();
    await assert.rejects(client.validate('a'), ConnectionError);
    assert.ok(performance.now() - start >= 100);
});

test('a stream gives its batches, and throws what it ends with', async (t) => {
    const digests = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const socketPath = await fakeBroker(t, (socket, bytes) => {
        const [{ stream }] = requests(bytes);
        const message = WatchRevocationsResponse.encode({ position: 7, digests, firstIssueAt: 5 });
        socket.write(encodeFrame(stream, 3, 0, message));
        socket.end();
    });
    const client = new Client({ socketPath });
    const batches = [];
    await assert.rejects(async () => {
        for await (const batch of client.watchRevocations()) batches.push(batch);
    }, ConnectionError);
    assert.deepEqual(batches, [
        { position: 7, digests, firstIssueAt: new Date(5000), hasGap: false, isCurrent: false },
    ]);
    client.close();
});

for (const size of [0, 31, 33]) {
    test(`a digest of ${size} bytes ends the stream`, async (t) => {
        const digests = [Buffer.alloc(size)];
        const socketPath = await fakeBroker(t, (socket, bytes) => {
            const [{ stream }] = requests(bytes);
            socket.write(encodeFrame(stream, 3, 0, WatchRevocationsResponse.encode({ digests })));
        });
        const client = new Client({ socketPath });
        await assert.rejects(async () => {
            for await (const batch of client.watchRevocations()) assert.fail(batch);
        }, ProtocolError);
        client.close();
    });
}
