// Started by broker.test.js as an agent.

import assert from 'node:assert/strict';
import { agentFromEnvironment } from '../index.js';

const agent = agentFromEnvironment();
await agent.renew();
assert.equal(await agent.release(), true);
console.log(`${agent.id} ${agent.grantId} released`);
