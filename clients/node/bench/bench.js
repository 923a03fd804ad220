// Figures of this client, on this machine: spawn and release through the socket, a verifier's first
// and repeated look at a token, and the time from an acknowledged revocation to its refusal.
//
//     ../testing/with-broker.sh node bench/bench.js

import { verify as verifySignature } from 'node:crypto';
import { importPublicKey } from '../src/keys.js';
import { Client, KeyPair, OperatorClient, Verifier, verifyChain } from '../index.js';

const app = process.env.MAYFLY_TEST_APP ?? 'testing';
const scope = ['read:data:customer-12345'];
const TASKS = 8;
const PAIR_SECONDS = 3;
const REVOCATIONS = 200;
const WATCHERS = 8;
const ROUNDS = 15;

function report(what, value, unit) {
    console.log(`${what.padEnd(58)} ${value.toFixed(2).padStart(10)} ${unit}`);
}

function percentile(values, part) {
    const sorted = [...values].sort((left, right) => left - right);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/**
 * Microseconds of one run of each, the least of several rounds in turn: so that what else the
 * machine does weighs on none of them alone.
 */
function microseconds(count, ...runs) {
    const least = runs.map(() => Infinity);
    for (let round = 0; round < ROUNDS; round++) {
        runs.forEach((run, which) => {
            const start = performance.now();
            for (let index = 0; index < count; index++) run();
            const taken = ((performance.now() - start) * 1000) / count;
            least[which] = Math.min(least[which], taken);
        });
    }
    return least;
}

async function pairs(client) {
    const end = performance.now() + PAIR_SECONDS * 1000;
    const latencies = [];
    await Promise.all(Array.from({ length: TASKS }, async (_, task) => {
        while (performance.now() < end) {
            const start = performance.now();
            const agent = await client.spawn({ task: `bench-${task}`, scope });
            latencies.push(performance.now() - start);
            await agent.release();
        }
    }));
    report(`spawn and release, ${TASKS} tasks`, latencies.length / PAIR_SECONDS, 'pairs/s');
    report('  a spawn of them, median', percentile(latencies, 0.5), 'ms');
}

async function alone(client) {
    const spawns = [];
    const validations = [];
    for (let count = 0; count < 300; count++) {
        const start = performance.now();
        const agent = await client.spawn({ task: 'bench', scope });
        spawns.push(performance.now() - start);
        const middle = performance.now();
        await client.validate(agent.token);
        validations.push(performance.now() - middle);
        await agent.release();
    }
    report('one spawn alone, median', percentile(spawns, 0.5), 'ms');
    report('one validation alone, median', percentile(validations, 0.5), 'ms');
}

async function verification(client) {
    const keys = await client.keys();
    const agents = [];
    for (let index = 0; index < 4; index++) {
        agents.push(await client.spawn({ task: `bench-${index}`, scope }));
    }
    let holder = agents[0];
    for (const next of agents.slice(1)) {
        holder = client.adopt(await holder.delegate({ to: next.id, scope }), next.key);
    }
    const message = Buffer.from(agents[0].token);
    const key = KeyPair.generate();
    const signature = key.sign(message);
    const keyObject = importPublicKey(key.publicKey.toString('base64url'));
    const options = { keys, leewaySeconds: 30 };
    const [one, plain, chain] = microseconds(
        200,
        () => verifySignature(null, message, keyObject, signature),
        () => verifyChain(agents[0].token, options),
        () => verifyChain(holder.token, options));
    const verifier = new Verifier({ keys, revocations: null });
    const [repeat, deep] = microseconds(
        100_000,
        () => verifier.verifyOffline(agents[0].token, { scope }),
        () => verifier.verifyOffline(holder.token, { scope }));
    report('one Ed25519 verification', one, 'us');
    report('a token seen first', plain, 'us');
    report('  in verifications for each signature', plain / one, '');
    report('a chain of depth 3 seen first', chain, 'us');
    report('  in verifications for each signature', chain / one / 4, '');
    report('a token again', repeat, 'us');
    report('a chain of depth 3 again', deep, 'us');
    await client.releaseBatch(agents.map((agent) => agent.token));
}

async function revocation(client) {
    const operator = new OperatorClient();
    const keys = await client.keys();
    const followers = Array.from({ length: WATCHERS }, () => client.followRevocations());
    await Promise.all(followers.map((follower) => follower.caughtUp()));
    const verifiers = followers.map((revocations) => new Verifier({ keys, revocations }));
    const delays = [];
    for (let count = 0; count < REVOCATIONS; count++) {
        const agent = await client.spawn({ task: 'bench', scope });
        for (const verifier of verifiers) verifier.verifyOffline(agent.token);
        await operator.revoke('agent', agent.id);
        const start = performance.now();
        const isRefused = (verifier) => !verifier.verifyOffline(agent.token).valid;
        while (!verifiers.every(isRefused)) await new Promise(setImmediate);
        delays.push(performance.now() - start);
    }
    report(`revoke acknowledged to ${WATCHERS} refusals, median`, percentile(delays, 0.5), 'ms');
    report('  99th percentile', percentile(delays, 0.99), 'ms');
    for (const follower of followers) follower.close();
    operator.close();
}

const client = new Client({ app, orchestration: 'bench' });
await pairs(client);
await alone(client);
await verification(client);
await revocation(client);
client.close();
