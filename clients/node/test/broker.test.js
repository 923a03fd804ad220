// Against a live broker: what the scenario file does not say.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import {
    agentFromEnvironment, Client, InvalidRequestError, KeyPair, OperatorClient, RefusedError,
    Verifier,
} from '../index.js';
import { appClient, freshTask, hasBroker } from './support.js';

const live = { skip: hasBroker ? false : 'no broker: run test.sh' };
const scope = ['read:data:customer-12345'];

/** A client that ends with the test. */
function clientOf(t, options) {
    const client = appClient(options);
    t.after(() => client.close());
    return client;
}

function refusedWith(reason, status) {
    return (error) =>
        error instanceof RefusedError && error.reason === reason && error.code === reason &&
        (status === undefined || error.status === status);
}

test('an agent lives as long as its work', live, async (t) => {
    const client = clientOf(t);
    let token;
    const result = await client.withAgent({ task: freshTask('work'), scope }, async (agent) => {
        token = agent.token;
        const { valid, claims } = await client.validate(token, { requiredScope: scope });
        assert.equal(valid, true);
        assert.equal(claims.sub, agent.id);
        assert.equal(agent.bearerHeader, `Bearer ${token}`);
        return 42;
    });
    assert.equal(result, 42);
    assert.equal((await client.validate(token)).valid, false);
});

test('an agent is released also when its work throws', live, async (t) => {
    const client = clientOf(t);
    let token;
    await assert.rejects(
        client.withAgent({ task: freshTask('throws'), scope }, async (agent) => {
            token = agent.token;
            throw new Error('the work failed');
        }),
        { message: 'the work failed' });
    assert.equal((await client.validate(token)).valid, false);
});

test('a hundred spawns side by side share one connection', live, async (t) => {
    const client = clientOf(t);
    const agents = await Promise.all(
        Array.from({ length: 100 }, () => client.spawn({ task: freshTask('many'), scope })));
    assert.equal(new Set(agents.map((agent) => agent.id)).size, 100);
    const ended = await client.releaseBatch(agents.map((agent) => agent.token));
    assert.deepEqual(new Set(ended), new Set([true]));
});

test('a refusal has the reason, the status and a sentence', live, async (t) => {
    const client = clientOf(t);
    const request = { task: freshTask('refused'), scope: ['admin:data:x'] };
    await assert.rejects(client.spawn(request), refusedWith('SCOPE_RESERVED', 'PERMISSION_DENIED'));
    await assert.rejects(
        client.spawn({ ...request, scope: ['delete:data:x'] }),
        refusedWith('SCOPE_VIOLATION', 'PERMISSION_DENIED'));
    await assert.rejects(
        client.spawn({ ...request, scope: ['x'] }),
        refusedWith('INVALID_SCOPE', 'INVALID_ARGUMENT'));
    await assert.rejects(client.describe('nobody'), refusedWith('INVALID_IDENTIFIER'));
});

test('only an app spawns, and an app that is not there is refused', live, async (t) => {
    const nobody = new Client();
    const stranger = new Client({ app: 'not-registered', orchestration: 'o' });
    t.after(() => (nobody.close(), stranger.close()));
    await assert.rejects(
        nobody.spawn({ orchestration: 'o', task: 't', scope }),
        refusedWith('AUTHENTICATION_REQUIRED', 'UNAUTHENTICATED'));
    await assert.rejects(
        stranger.spawn({ task: 't', scope }), refusedWith('APP_NOT_ALLOWED', 'PERMISSION_DENIED'));
});

test('an app is proven by its secret, too', live, async (t) => {
    const clientId = process.env.MAYFLY_TEST_CLIENT_ID;
    const clientSecret = process.env.MAYFLY_TEST_CLIENT_SECRET;
    const client = new Client({ credentials: { clientId, clientSecret }, orchestration: 'secret' });
    const wrong = new Client({ credentials: { clientId, clientSecret: '0'.repeat(64) } });
    t.after(() => (client.close(), wrong.close()));
    const agent = await client.spawn({ task: freshTask('secret'), scope });
    assert.equal(await agent.release(), true);
    await assert.rejects(wrong.connect(), refusedWith('CREDENTIALS_INVALID', 'UNAUTHENTICATED'));
});

test('a launch token registers one agent, once', live, async (t) => {
    const client = clientOf(t);
    const agentSide = new Client({ orchestration: 'node-tests' });
    t.after(() => agentSide.close());
    const { launchToken, expiresAt } = await client.createLaunchToken({
        ceiling: ['read:data:*'], lifetimeSeconds: 60, label: 'tests',
    });
    assert.ok(expiresAt > new Date());
    const request = { task: freshTask('registered'), scope };
    const agent = await agentSide.register(request, { launchToken });
    assert.equal((await client.validate(agent.token)).valid, true);
    await assert.rejects(
        agentSide.register({ ...request, task: freshTask('again') }, { launchToken }),
        refusedWith('LAUNCH_TOKEN_INVALID'));
    const second = await client.createLaunchToken({ ceiling: ['read:data:*'] });
    const successor = await agentSide.register(
        request, { launchToken: second.launchToken, supersede: true });
    assert.equal((await client.validate(agent.token)).valid, false);
    await successor.release();
});

test('a renewal takes the old token’s place, and narrows', live, async (t) => {
    const client = clientOf(t);
    const agent = await client.spawn({
        task: freshTask('renewed'), scope: ['read:data:*'], lifetimeSeconds: 60,
        renewableForSeconds: 600,
    });
    const { token: old, grantId } = agent;
    assert.equal(await agent.renew({ scope, lifetimeSeconds: 120 }), agent);
    assert.notEqual(agent.token, old);
    assert.equal(agent.grantId, grantId);
    assert.deepEqual(agent.scope, scope);
    assert.equal((await client.validate(old)).valid, false);
    assert.equal((await client.validate(agent.token)).valid, true);
    const renewalId = Buffer.alloc(16, 7);
    const first = await client.renew(agent, { renewalId });
    const again = await client.renew(agent, { renewalId });
    assert.equal(again.token, first.token);
    assert.ok((await client.heartbeat(first.token, 'completing')) > new Date());
    await client.release(first.token);
});

test('uses are counted by the broker', live, async (t) => {
    const client = clientOf(t);
    const agent = await client.spawn({ task: freshTask('uses'), scope, maximumUses: 2 });
    const verifier = new Verifier({ keys: await client.keys(), revocations: null, broker: client });
    assert.equal((await client.validate(agent.token, { consumeUse: true })).usesLeft, 1);
    assert.equal((await verifier.verify(agent.token, { scope, consumeUse: true })).valid, true);
    assert.equal((await verifier.verify(agent.token, { scope })).reason, 'TOKEN_NOT_VALID');
    await agent.release();
});

test('a token by reference delegates as well', live, async (t) => {
    const client = clientOf(t);
    const agent = await client.spawn({ task: freshTask('reference'), scope, byReference: true });
    const other = await client.spawn({ task: freshTask('other'), scope });
    assert.ok(agent.token.length < 500);
    const part = await agent.delegate({ to: other.id, scope });
    const { valid, claims } = await client.validate(part.token);
    assert.equal(valid, true);
    assert.equal(claims.sub, other.id);
    await client.releaseBatch([agent.token, other.token]);
});

test('a batch is attested by the app’s key, all or none', live, async (t) => {
    const attestationKey = KeyPair.generate();
    const operator = new OperatorClient();
    const name = freshTask('attested');
    const { clientId, clientSecret } = await operator.createApp({
        name, ceiling: ['read:data:*'], attestationKeys: [attestationKey.publicKey],
        issueSecret: true,
    });
    const client = new Client({ credentials: { clientId, clientSecret }, orchestration: name });
    t.after(() => (client.close(), operator.close()));
    const requests = Array.from({ length: 10 }, (_, index) => ({ task: `t${index}`, scope }));
    const agents = await client.spawnBatch(requests, { attestationKey });
    assert.equal(agents.length, 10);
    const validations = await client.validateBatch(agents.map((agent) => agent.token));
    assert.deepEqual(validations.map(({ claims }) => claims.proof), Array(10).fill('attested'));
    const grants = [];
    for await (const grant of client.grants({ pageSize: 3 })) grants.push(grant.agentId);
    assert.deepEqual(grants.sort(), agents.map((agent) => agent.id).sort());
    await assert.rejects(
        client.spawnBatch(
            [...requests, { task: 't', scope: ['write:data:x'] }], { attestationKey }),
        refusedWith('SCOPE_VIOLATION'));
    assert.equal(await client.releaseGrant(agents[0].grantId), true);
    assert.equal(await operator.removeApp(name), 9);
});

test('eight verifiers refuse what was revoked, a moment after', live, async (t) => {
    const client = clientOf(t);
    const operator = new OperatorClient();
    const keys = await client.keys();
    const followers = Array.from({ length: 8 }, () => client.followRevocations());
    t.after(() => {
        operator.close();
        for (const follower of followers) follower.close();
    });
    const agent = await client.spawn({ task: freshTask('revoked'), scope });
    await Promise.all(followers.map((follower) => follower.caughtUp()));
    const verifiers = followers.map((revocations) => new Verifier({ keys, revocations }));
    for (const verifier of verifiers) assert.equal(verifier.verifyOffline(agent.token).valid, true);
    assert.deepEqual(await operator.revoke('agent', agent.id), { count: 1, recordId: 0 });
    const isDead = (verifier) => verifier.verifyOffline(agent.token).reason === 'REVOKED';
    const start = performance.now();
    while (!verifiers.every(isDead)) {
        assert.ok(performance.now() - start < 5_000, 'the stream says so');
        await new Promise(setImmediate);
    }
});

test('nothing that is printed shows a token or a key', live, async (t) => {
    const client = clientOf(t);
    const agent = await client.spawn({ task: freshTask('printed'), scope });
    const part = await client.renew(agent);
    const shown = [agent, part].flatMap((one) => [inspect(one), JSON.stringify(one), `${one}`]);
    for (const text of shown) {
        assert.ok(!text.includes(agent.token.slice(-43)) && !text.includes(part.token.slice(-43)));
        assert.ok(!text.includes('PRIVATE KEY'));
    }
    await client.release(part.token);
});

test('a process that was started as an agent renews and releases', live, async (t) => {
    const client = clientOf(t);
    const agent = await client.spawn({
        task: freshTask('inherited'), scope, renewableForSeconds: 600,
    });
    const program = fileURLToPath(new URL('./inherited-agent.js', import.meta.url));
    const child = spawn(process.execPath, [program], {
        env: { ...process.env, MAYFLY_AGENT_FD: '3' },
        stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    });
    child.stdio[3].end(JSON.stringify({
        socket: process.env.MAYFLY_SOCKET,
        token: agent.token,
        private_key: agent.key.exportPem(),
        agent_id: agent.id,
        expires_at: agent.expiresAt.getTime() / 1000,
    }));
    child.stdout.setEncoding('utf8');
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    assert.equal(output.trim(), `${agent.id} ${agent.grantId} released`);
    assert.equal((await client.validate(agent.token)).valid, false);
});

test('a client of a closed program does not keep it from ending', live, async () => {
    const index = new URL('../index.js', import.meta.url).href;
    const script = `
        import { Client } from ${JSON.stringify(index)};
        const client = new Client();
        await client.validate('x');
        client.followRevocations();
    `;
    const options = ['--input-type=module', '-e', script];
    const child = spawn(process.execPath, options, { stdio: 'inherit' });
    const timer = setTimeout(() => child.kill(), 20_000);
    const [code] = await once(child, 'close');
    clearTimeout(timer);
    assert.equal(code, 0);
});

test('what is no agent is refused by its sentence', (t) => {
    t.after(() => delete process.env.MAYFLY_AGENT_FD);
    for (const text of ['', 'x', '1', '-3', '999']) {
        process.env.MAYFLY_AGENT_FD = text;
        assert.throws(() => agentFromEnvironment(), InvalidRequestError, text);
    }
});
