// Spawn an agent, validate its token, release it.
//
//     mayfly app add --name support-desk --ceiling 'read:data:*'
//     node examples/quickstart.js support-desk

import { Client } from 'mayfly-broker';

const client = new Client({ app: process.argv[2] ?? 'support-desk', orchestration: 'support' });

const agent = await client.spawn({
    task: 'ticket-4711', scope: ['read:data:customer-12345'], lifetimeSeconds: 120,
});
console.log(`spawned   ${agent.id}`);
console.log(`          ${agent.scope} until ${agent.expiresAt.toISOString()}`);

const allowed = await client.validate(agent.token, { requiredScope: ['read:data:customer-12345'] });
const other = await client.validate(agent.token, { requiredScope: ['read:data:customer-67890'] });
console.log(`validated ${allowed.valid} for its customer, ${other.valid} for another`);

await agent.release();
const after = await client.validate(agent.token);
console.log(`released  and now valid: ${after.valid}`);

client.close();
