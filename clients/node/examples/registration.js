// An agent process registers itself with a launch token, renews, and releases.
//
//     mayfly app add --name support-desk --ceiling 'read:data:*'
//     node examples/registration.js support-desk

import { Client } from 'mayfly-broker';

// The orchestrator's side: a secret for one agent, handed over through a pipe or the environment.
const orchestrator = new Client({ app: process.argv[2] ?? 'support-desk' });
const { launchToken, expiresAt } = await orchestrator.createLaunchToken({
    ceiling: ['read:data:*'], lifetimeSeconds: 30, label: 'ticket-4712',
});
console.log(`launch    token until ${expiresAt.toISOString()}`);

// The agent's side: it needs no app, and its key never leaves it.
const client = new Client({ orchestration: 'support' });
const agent = await client.register({
    task: 'ticket-4712', scope: ['read:data:customer-12345'], lifetimeSeconds: 60,
    renewableForSeconds: 3600,
}, { launchToken });
console.log(`registered ${agent.id}`);

const before = agent.token;
await agent.renew();
console.log(`renewed   until ${agent.expiresAt.toISOString()}`);
console.log(`          the token before is valid: ${(await client.validate(before)).valid}`);
console.log(`          the new one is valid: ${(await client.validate(agent.token)).valid}`);

await agent.release();
client.close();
orchestrator.close();
