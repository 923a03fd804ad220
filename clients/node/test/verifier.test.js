import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { BrokerKeys, KeyPair, RevocationSet, revocationDigest, Verifier } from '../index.js';
import { TokenCache } from '../src/verification/cache.js';
import { thumbprint } from '../src/keys.js';

const brokerKey = KeyPair.generate();
const keys = new BrokerKeys('mayfly', [brokerKey.publicKey]);
const kid = thumbprint(brokerKey.publicKey.toString('base64url'));
const now = Math.floor(Date.now() / 1000);

function sign(claims) {
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: 'EdDSA', typ: 'JWT', kid })}.${encode(claims)}`;
    return `${signed}.${brokerKey.sign(Buffer.from(signed)).toString('base64url')}`;
}

const claims = {
    grant: 'a'.repeat(32),
    jti: 'b'.repeat(32),
    iss: 'mayfly',
    sub: 'spiffe://mayfly.local/agent/nightly/summarize/0123456789abcdef',
    aud: ['https://data.example'],
    exp: now + 300,
    nbf: now,
    iat: now,
    scope: ['read:data:*'],
    task_id: 'summarize',
    orch_id: 'nightly',
    app_id: 'reports',
    cnf: { jkt: kid },
    binding: 'none',
    proof: 'agent',
};
const token = sign(claims);

/** What a RevocationFollower is to a verifier, heard from just now. */
function revocations(...ends) {
    const ended = new RevocationSet();
    ended.insert({
        digests: ends.map(([level, target]) => revocationDigest(level, target)),
        firstIssueAt: new Date(0),
    });
    return { ended, staleSeconds: 0 };
}

function brokerThat(answer) {
    const asked = [];
    return {
        asked,
        async validate(token, options) {
            asked.push(options);
            if (answer instanceof Error) throw answer;
            return answer;
        },
    };
}

test('a token is good for what it covers, the second time from the cache', () => {
    const verifier = new Verifier({ keys, revocations: revocations() });
    for (const scope of [[], ['read:data:customer-12345']]) {
        const verdict = verifier.verifyOffline(token, { scope, audience: 'https://data.example' });
        assert.equal(verdict.valid, true);
        assert.equal(verdict.token.subject, claims.sub);
        assert.deepEqual(verdict.claims, claims);
    }
});

for (const isRepeat of [false, true]) {
    const when = isRepeat ? 'that was verified before' : 'seen first';
    for (const [reason, wanted] of [
        ['SCOPE_VIOLATION', { scope: ['write:data:x'] }],
        ['AUDIENCE_MISMATCH', { audience: 'https://other.example' }],
    ]) {
        test(`a token ${when} is refused with ${reason}`, () => {
            const verifier = new Verifier({ keys, revocations: revocations() });
            if (isRepeat) assert.equal(verifier.verifyOffline(token).valid, true);
            const verdict = verifier.verifyOffline(token, wanted);
            assert.equal(verdict.valid, false);
            assert.equal(verdict.reason, reason);
        });
    }
}

test('a token that was verified before is refused when it has expired', (t) => {
    const verifier = new Verifier({ keys, revocations: revocations(), leewaySeconds: 30 });
    assert.equal(verifier.verifyOffline(token).valid, true);
    t.mock.method(Date, 'now', () => (claims.exp + 29) * 1000);
    assert.equal(verifier.verifyOffline(token).valid, true);
    Date.now.mock.mockImplementation(() => (claims.exp + 30) * 1000);
    assert.equal(verifier.verifyOffline(token).reason, 'EXPIRED');
});

for (const end of [
    ['token', claims.jti],
    ['grant', claims.grant],
    ['agent', claims.sub],
    ['task', 'summarize'],
    ['task', 'nightly/summarize'],
    ['chain', claims.grant],
]) {
    test(`the end of its ${end[0]} ${end[1].slice(0, 24)} is the token's`, () => {
        const known = revocations();
        const verifier = new Verifier({ keys, revocations: known });
        assert.equal(verifier.verifyOffline(token).valid, true);
        known.ended.insert({ digests: [revocationDigest(...end)], firstIssueAt: new Date(0) });
        assert.equal(verifier.verifyOffline(token).reason, 'REVOKED');
    });
}

test('every link of a lineage can end a token', () => {
    const vectors = JSON.parse(
        readFileSync(new URL('../../../proto/vectors/chains.json', import.meta.url), 'utf8'));
    const chain = vectors.cases.find(({ name }) => name === 'a chain of depth 3');
    const vectorKeys = new BrokerKeys(
        vectors.issuer, vectors.keys.map(({ x }) => Buffer.from(x, 'base64url')));
    for (const { agent, grant } of chain.verified.lineage) {
        for (const end of [['agent', agent], ['grant', grant]]) {
            const verifier = new Verifier({
                keys: vectorKeys, revocations: revocations(end), leewaySeconds: 1e9,
            });
            assert.equal(verifier.verifyOffline(chain.token).reason, 'REVOKED');
        }
    }
});

test('a token of an earlier boot is dead', () => {
    const known = revocations();
    known.ended.insert({ digests: [], firstIssueAt: new Date((now + 1) * 1000) });
    assert.equal(new Verifier({ keys, revocations: known }).verifyOffline(token).reason, 'REVOKED');
});

test('where revocations are stale nothing is accepted without asking', async () => {
    const stale = { ...revocations(), staleSeconds: 31 };
    const alone = new Verifier({ keys, revocations: stale });
    assert.equal(alone.verifyOffline(token).reason, 'REVOCATIONS_STALE');
    const broker = brokerThat({ valid: true, claims: null });
    const verifier = new Verifier({ keys, revocations: stale, broker });
    assert.equal((await verifier.verify(token)).valid, true);
    assert.equal(broker.asked.length, 1);
});

test('a token that lives longer than ends are remembered is for the broker', () => {
    const known = { ended: new RevocationSet({ retentionSeconds: 299 }), staleSeconds: 0 };
    const verifier = new Verifier({ keys, revocations: known });
    assert.equal(verifier.verifyOffline(token).reason, 'REVOCATIONS_STALE');
});

test('what is critical is asked about every time', async () => {
    const broker = brokerThat({ valid: false });
    const verifier = new Verifier({ keys, revocations: revocations(), broker, askAlways: true });
    for (let count = 1; count <= 2; count++) {
        const { reason } = await verifier.verify(token, { scope: ['read:data:x'] });
        assert.equal(reason, 'TOKEN_NOT_VALID');
        assert.equal(broker.asked.length, count);
    }
    assert.deepEqual(broker.asked[0].requiredScope, ['read:data:x']);
});

test('a token that says so is for the broker only', async () => {
    const online = sign({ ...claims, online: true });
    const known = revocations();
    const alone = new Verifier({ keys, revocations: known });
    assert.equal((await alone.verify(online)).reason, 'BROKER_REQUIRED');
    const broker = brokerThat(new Error('no broker'));
    const verdict = await new Verifier({ keys, revocations: known, broker }).verify(online);
    assert.equal(verdict.reason, 'BROKER_UNREACHABLE');
});

test('of a token by reference the broker has the claims', async () => {
    const { grant, jti, iss, exp } = claims;
    const reference = sign({ grant, jti, iss, exp, online: true });
    const broker = brokerThat({ valid: true, claims });
    const verifier = new Verifier({ keys, revocations: revocations(), broker });
    const verdict = await verifier.verify(reference, { scope: ['read:data:x'] });
    assert.deepEqual(verdict.claims, claims);
    assert.deepEqual(broker.asked[0].requiredScope, ['read:data:x']);
    assert.equal(broker.asked[0].omitClaims, false);
});

test('new keys are asked for when a token names one, and not more often than that', async () => {
    let asked = 0;
    const broker = { keys: async () => ((asked += 1), keys) };
    const old = new BrokerKeys('mayfly', [KeyPair.generate().publicKey]);
    const verifier = new Verifier({ keys: old, revocations: null, broker });
    assert.equal((await verifier.verify(token)).valid, true);
    verifier.keys = old;
    assert.equal((await verifier.verify(token)).reason, 'FOREIGN_HEADER');
    assert.equal(asked, 1);
});

test('a token with the signature of another is not taken for it', () => {
    const verifier = new Verifier({ keys, revocations: null });
    assert.equal(verifier.verifyOffline(token).valid, true);
    const other = sign({ ...claims, scope: ['admin:all:*'] });
    const forged = other.slice(0, -86) + token.slice(-86);
    assert.equal(verifier.verifyOffline(forged).reason, 'SIGNATURE_INVALID');
});

for (const value of [undefined, null, 7, '', 'x', '...', {}]) {
    test(`${JSON.stringify(value)} is refused as no token`, () => {
        const verifier = new Verifier({ keys, revocations: null });
        assert.equal(verifier.verifyOffline(value).reason, 'MALFORMED');
    });
}

test('the cache stays within its capacity, and keeps what is used', () => {
    const cache = new TokenCache(100);
    const entry = (number) => ({ token: `h.p${number}.${String(number).padStart(86, 'A')}` });
    cache.add(entry('kept'));
    for (let number = 0; number < 1000; number++) {
        cache.add(entry(number));
        assert.ok(cache.size <= 101);
        assert.ok(cache.get(entry('kept').token));
    }
    assert.equal(cache.get(entry(1).token), undefined);
});

test('ends are remembered for the retention, and within the capacity', (t) => {
    let time = 1000;
    t.mock.method(performance, 'now', () => time);
    const set = new RevocationSet({ capacity: 3, retentionSeconds: 60 });
    const batch = (...targets) => ({
        digests: targets.map((target) => revocationDigest('grant', target)),
        firstIssueAt: new Date(0),
    });
    assert.equal(set.insert(batch('one')), true);
    time += 60_000;
    assert.equal(set.insert(batch('two')), true);
    assert.equal(set.has('grant', 'one'), true);
    time += 60_000;
    assert.equal(set.insert(batch('three')), true);
    assert.equal(set.has('grant', 'one'), false);
    assert.equal(set.has('grant', 'two'), true);
    assert.equal(set.insert(batch('four', 'five')), false);
});

test('keys are read from the program’s file and from a JWKS', () => {
    const x = brokerKey.publicKey.toString('base64url');
    const file = JSON.stringify({
        issuer: 'mayfly',
        keys: [{ use: 'token', kid, public_key: x }, { use: 'checkpoint', public_key: 'A' }],
    });
    assert.deepEqual(BrokerKeys.fromJson(file).keyIds, [kid]);
    const jwks = JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: 'other' }] });
    assert.deepEqual(BrokerKeys.fromJson(jwks, { issuer: 'mayfly' }).keyIds, [kid]);
    for (const wrong of [
        '', '{}', '[]', 'null', jwks, '{"issuer":"m","keys":[]}',
        '{"issuer":"m","keys":[{"kty":"OKP","crv":"Ed25519","x":"A"}]}',
    ]) {
        assert.throws(() => BrokerKeys.fromJson(wrong), { code: 'INVALID_REQUEST' }, wrong);
    }
});
