// What the tests share: clients of the broker that with-broker.sh started, and a broker of a few
// lines that says what a test wants.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../index.js';

/** False where no broker was started: then the tests that need one are skipped, and say so. */
export const hasBroker = process.env.MAYFLY_SOCKET !== undefined;

const app = process.env.MAYFLY_TEST_APP ?? 'testing';

export function appClient(options = {}) {
    return new Client({ app, orchestration: 'node-tests', ...options });
}

let names = 0;

/** A task that no other test has. */
export function freshTask(name) {
    names += 1;
    return `${name}-${process.pid}-${names}`;
}

/**
 * A server on a socket of its own, ended with the test.
 *
 * @param {(socket: import('node:net').Socket, request: Buffer, count: number) => void} answer
 *     called with what each chunk of a connection brought; `count` counts connections from 1.
 * @returns {Promise<string>} the socket's path.
 */
export function fakeBroker(test, answer) {
    const directory = mkdtempSync(join(tmpdir(), 'mayfly-node-'));
    const path = join(directory, 'agent.sock');
    let count = 0;
    const open = new Set();
    const server = createServer((socket) => {
        count += 1;
        const number = count;
        open.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => open.delete(socket));
        socket.on('data', (bytes) => answer(socket, bytes, number));
    });
    test.after(() => {
        for (const socket of open) socket.destroy();
        server.close();
        rmSync(directory, { recursive: true });
    });
    return new Promise((resolve) => server.listen(path, () => resolve(path)));
}
