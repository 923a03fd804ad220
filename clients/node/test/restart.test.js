// Stops the broker and starts it again: alone, beside a broker of its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ConnectionError, OperatorClient, Verifier } from '../index.js';
import { appClient, freshTask, hasBroker } from './support.js';

const live = { skip: hasBroker ? false : 'no broker: run test.sh', timeout: 60_000 };
const scope = ['read:data:customer-12345'];

async function until(isSo) {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Whether a process has exited; its parent may not have looked yet. */
function hasExited(pid) {
    try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    } catch {
        return true;
    }
}

test('a broker that was started again is found again, and nothing is lost', live, async (t) => {
    const client = appClient();
    const patient = appClient({ brokerWaitMilliseconds: 20_000 });
    const revocations = client.followRevocations();
    const operator = new OperatorClient({ brokerWaitMilliseconds: 20_000 });
    t.after(() => {
        for (const one of [client, patient, revocations, operator]) one.close();
    });
    const agent = await client.spawn({ task: freshTask('restart'), scope });
    await patient.connect();
    await revocations.caughtUp();
    const verifier = new Verifier({ keys: await client.keys(), revocations });
    assert.equal(verifier.verifyOffline(agent.token).valid, true);

    const pid = Number(process.env.MAYFLY_TEST_BROKER_PID);
    process.kill(pid);
    await until(() => hasExited(pid));
    await assert.rejects(client.validate(agent.token), ConnectionError);
    // What is known stays known for a while.
    assert.equal(verifier.verifyOffline(agent.token).valid, true);

    const broker = spawn(process.env.MAYFLY_TEST_BROKER_COMMAND, { stdio: 'ignore' });
    t.after(() => broker.kill());
    assert.equal((await patient.validate(agent.token)).valid, true);
    const other = await client.spawn({ task: freshTask('again'), scope });
    await operator.revoke('agent', agent.id);
    await until(() => verifier.verifyOffline(agent.token).reason === 'REVOKED');
    assert.equal(await other.release(), true);
});
