// An HTTP server that verifies tokens by itself and sees a revocation at once.
//
//     node examples/resource_server.js 8080
//     curl -H "Authorization: $BEARER" http://127.0.0.1:8080/customers/customer-12345

import { createServer } from 'node:http';
import { Client, Verifier } from 'mayfly-broker';

const client = new Client();
const revocations = client.followRevocations();
const verifier = new Verifier({ keys: await client.keys(), revocations, broker: client });

const server = createServer(async (request, response) => {
    const answer = (status, body) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify(body)}\n`);
    };
    const customer = /^\/customers\/([A-Za-z0-9-]+)$/.exec(request.url)?.[1];
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (customer === undefined) return answer(404, { error: 'NOT_FOUND' });
    if (token === undefined) return answer(401, { error: 'TOKEN_MISSING' });
    const verdict = await verifier.verify(token, { scope: [`read:data:${customer}`] });
    if (!verdict.valid) {
        return answer(verdict.reason === 'SCOPE_VIOLATION' ? 403 : 401, { error: verdict.reason });
    }
    answer(200, { customer, readBy: verdict.claims.sub });
});

server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
    revocations.close();
    client.close();
});
