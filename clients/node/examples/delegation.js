// Delegate three deep, verify the chain offline, revoke the middle, see the leaf die.
//
//     mayfly app add --name support-desk --ceiling 'read:data:*'
//     node examples/delegation.js support-desk      (as a user who may operate the broker)

import { Client, OperatorClient, verifyChain } from 'mayfly-broker';

const client = new Client({ app: process.argv[2] ?? 'support-desk', orchestration: 'support' });
const operator = new OperatorClient();

const [planner, researcher, reader, clerk] = await Promise.all(
    ['plan', 'research', 'read', 'file'].map((task) =>
        client.spawn({ task, scope: ['read:data:*'] })));

// Each agent signs what it hands on; the next one holds it by its own key.
const scope = ['read:data:customer-12345'];
const first = client.adopt(
    await planner.delegate({ to: researcher.id, scope }), researcher.key);
const second = client.adopt(await first.delegate({ to: reader.id, scope }), reader.key);
const leaf = await second.delegate({ to: clerk.id, scope });

const verified = verifyChain(leaf.token, { keys: await client.keys() });
console.log(`verified  ${verified.scope} for ${verified.subject}`);
for (const { task, agentId } of verified.lineage) console.log(`          ${task}: ${agentId}`);

try {
    await second.delegate({ to: clerk.id, scope: ['read:data:*'] });
} catch (error) {
    console.log(`refused   to hand on more than it holds: ${error.code}`);
}

const { count } = await operator.revoke('agent', reader.id);
console.log(`revoked   ${reader.id}: ${count} grants`);
console.log(`leaf      is valid: ${(await client.validate(leaf.token)).valid}`);
console.log(`first     is valid: ${(await client.validate(first.token)).valid}`);

await client.releaseBatch([planner, researcher, reader, clerk].map((agent) => agent.token));
client.close();
operator.close();
