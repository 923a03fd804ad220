// proto/vectors/scenario.json against a live broker: see proto/vectors/README.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
    Client, KeyPair, OperatorClient, RefusedError, VerificationError, Verifier, verifyChain,
} from '../index.js';
import { hasBroker } from './support.js';

const scenario = JSON.parse(
    readFileSync(new URL('../../../proto/vectors/scenario.json', import.meta.url), 'utf8'));
const CODES = new Map([
    [3, 'INVALID_ARGUMENT'], [5, 'NOT_FOUND'], [6, 'ALREADY_EXISTS'], [7, 'PERMISSION_DENIED'],
    [8, 'RESOURCE_EXHAUSTED'], [9, 'FAILED_PRECONDITION'], [14, 'UNAVAILABLE'],
    [16, 'UNAUTHENTICATED'],
]);

class Runner {
    #run = process.pid.toString(36) + Date.now().toString(36);
    #clients = new Map();
    #operator = new OperatorClient();
    #made = new Map();
    #keys = null;
    #revocations = null;
    #verifier = null;

    close() {
        for (const client of this.#clients.values()) client.close();
        this.#operator.close();
        this.#revocations?.close();
    }

    /** @returns what the step made, or found. */
    async do(step) {
        const client = this.#client(step.app ?? 'testing');
        switch (step.do) {
            case 'spawn':
                return client.spawn(this.#request(step));
            case 'launch_token':
                return client.createLaunchToken({ ceiling: step.ceiling });
            case 'register':
                return client.register(this.#request(step), this.#of(step.with));
            case 'renew': {
                const agent = this.#of(step.token);
                return client.adopt(await client.renew(agent), agent.key);
            }
            case 'heartbeat':
                return client.heartbeat(this.#token(step), step.state);
            case 'delegate': {
                const { key } = this.#of(step.key_of);
                const to = this.#of(step.to);
                const part = await client.delegate(
                    { token: this.#token(step), key }, { to: to.id, scope: step.scope });
                return client.adopt(part, to.key);
            }
            case 'validate':
                return client.validate(this.#token(step), {
                    requiredScope: step.required_scope,
                    requiredAudience: step.required_audience,
                    consumeUse: step.consume_use,
                });
            case 'verify':
                return this.#verify(step);
            case 'watch':
                this.#keys = await client.keys();
                this.#revocations = client.followRevocations();
                this.#verifier = new Verifier({ keys: this.#keys, revocations: this.#revocations });
                return this.#revocations.caughtUp();
            case 'accept':
                return this.#accept(step);
            case 'revoke':
                return this.#operator.revoke(step.level, this.#of(step.target).id);
            case 'release':
                return { ended: await client.release(this.#token(step)) };
            default:
                throw new Error(`the scenario says ${step.do}, which this runner does not know`);
        }
    }

    keep(name, value) {
        this.#made.set(name, value);
    }

    idOf(name) {
        return this.#of(name).id;
    }

    /** An app that the file does not list is none that exists. */
    #client(app) {
        const name = process.env[scenario.apps[app] ?? ''] ?? app;
        if (!this.#clients.has(name)) this.#clients.set(name, new Client({ app: name }));
        return this.#clients.get(name);
    }

    #of(name) {
        return this.#made.get(name) ?? assert.fail(`nothing is called ${name}`);
    }

    #token(step) {
        return step.text ?? this.#of(step.token).token;
    }

    #request(step) {
        const { orchestration = scenario.orchestration } = step;
        return {
            orchestration: orchestration.replace('{run}', this.#run),
            task: step.task,
            scope: step.scope,
            audience: step.audience,
            lifetimeSeconds: step.lifetime_seconds,
            renewableForSeconds: step.renewable_for_seconds,
            maximumUses: step.max_uses,
            byReference: step.by_reference,
            key: step.key_of === undefined ? KeyPair.generate() : this.#of(step.key_of).key,
        };
    }

    async #verify(step) {
        this.#keys ??= await this.#client('testing').keys();
        let token = this.#token(step);
        if (step.change === 'signature') {
            const place = token.length - 20;
            const other = token[place] === 'A' ? 'B' : 'A';
            token = token.slice(0, place) + other + token.slice(place + 1);
        }
        if (step.required_scope === undefined) {
            const options = { keys: this.#keys, audience: step.audience, leewaySeconds: 30 };
            return verifyChain(token, options);
        }
        return this.#judge(new Verifier({ keys: this.#keys, revocations: null }), token, step);
    }

    #judge(verifier, token, step) {
        const verdict = verifier.verifyOffline(token, {
            scope: step.required_scope, audience: step.audience,
        });
        if (!verdict.valid) throw new VerificationError(verdict.reason);
        return verdict.token;
    }

    async #accept(step) {
        const end = performance.now() + (step.within_seconds ?? 0) * 1000;
        for (;;) {
            const judged = outcomeOf(() => this.#judge(this.#verifier, this.#token(step), step));
            const isExpected = judged.error?.code === step.expect.refusal;
            if (!isExpected && performance.now() < end) {
                await new Promise(setImmediate);
                continue;
            }
            if (judged.error) throw judged.error;
            return judged.value;
        }
    }
}

function outcomeOf(run) {
    try {
        return { value: run() };
    } catch (error) {
        return { error };
    }
}

function check(runner, expect, { value, error }) {
    if (expect?.refused) {
        assert.ok(error instanceof RefusedError, `a refusal, not ${error ?? 'an answer'}`);
        assert.equal(error.reason, expect.refused.reason);
        assert.equal(error.status, CODES.get(expect.refused.code));
        return;
    }
    if (expect?.refusal) {
        assert.ok(error instanceof VerificationError, `a refusal, not ${error ?? 'a token'}`);
        assert.equal(error.code, expect.refusal);
        return;
    }
    if (error) throw error;
    for (const [name, wanted] of Object.entries(expect?.verified ?? {})) {
        assert.deepEqual(verifiedFact(value, name), namesToIds(runner, name, wanted), name);
    }
    for (const [name, wanted] of Object.entries(expect?.claims ?? {})) {
        assert.deepEqual(value.claims[name], wanted, name);
    }
    for (const name of ['valid', 'ended', 'count']) {
        if (expect?.[name] !== undefined) assert.equal(value[name], expect[name], name);
    }
    if (expect?.uses_left !== undefined) assert.equal(value.usesLeft, expect.uses_left);
}

function verifiedFact(token, name) {
    switch (name) {
        case 'online':
            return token.isOnline;
        case 'by_reference':
            return token.isReference;
        case 'lineage':
            return token.lineage.map(({ agentId }) => agentId);
        default:
            return token[name];
    }
}

function namesToIds(runner, name, wanted) {
    if (name === 'subject') return runner.idOf(wanted);
    return name === 'lineage' ? wanted.map((one) => runner.idOf(one)) : wanted;
}

test('the scenario', { skip: hasBroker ? false : 'no broker: run test.sh' }, async (t) => {
    const runner = new Runner();
    t.after(() => runner.close());
    for (const [index, step] of scenario.steps.entries()) {
        await t.test(`step ${index + 1}: ${step.do} ${step.token ?? step.as ?? ''}`, async () => {
            let outcome;
            try {
                outcome = { value: await runner.do(step) };
            } catch (error) {
                outcome = { error };
            }
            check(runner, step.expect, outcome);
            if (step.as !== undefined) runner.keep(step.as, outcome.value);
        });
    }
});
