import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BrokerKeys, VerificationError, verifyChain } from '../index.js';

const vectors = JSON.parse(
    readFileSync(new URL('../../../proto/vectors/chains.json', import.meta.url), 'utf8'));
const keys = new BrokerKeys(
    vectors.issuer, vectors.keys.map((key) => Buffer.from(key.x, 'base64url')));

function verify({ token, audience }) {
    return verifyChain(token, {
        keys, audience, nowSeconds: vectors.now, leewaySeconds: vectors.leeway,
    });
}

/** A verified token in the words of the vectors. */
function facts(token) {
    const common = {
        grant: token.grantId,
        jti: token.tokenId,
        expires_at: token.expiresAt.getTime() / 1000,
        online: token.isOnline,
        by_reference: token.isReference,
    };
    if (token.isReference) return common;
    return {
        ...common,
        subject: token.subject,
        scope: token.scope,
        audience: token.audience,
        jkt: token.keyThumbprint,
        lineage: token.lineage.map(({ agentId, grantId }) => ({ agent: agentId, grant: grantId })),
    };
}

test('the keys have the names that the vectors give them', () => {
    assert.deepEqual(keys.keyIds, vectors.keys.map((key) => key.kid));
});

for (const vector of vectors.cases) {
    test(`chain vector: ${vector.name}`, () => {
        if (vector.verified) {
            assert.deepEqual(facts(verify(vector)), vector.verified);
        } else {
            assert.throws(
                () => verify(vector),
                (error) => error instanceof VerificationError && error.code === vector.refusal,
                vector.refusal);
        }
    });
}
