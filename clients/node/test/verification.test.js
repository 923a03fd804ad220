import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyPair, scopeCovers } from '../index.js';
import { decodeBase64url, isBase64url } from '../src/verification/base64url.js';
import { parseHop, signHop } from '../src/verification/hop.js';
import { readJson, wholeNumber } from '../src/verification/json.js';
import { isAgentId, isAudience, isScope } from '../src/verification/words.js';

for (const [text, isRight] of [
    ['', true], ['AA', true], ['AB', false], ['AAA', true], ['AAB', false], ['AAAA', true],
    ['A', false], ['AA==', false], ['A+AA', false], ['AA\n', false],
]) {
    test(`base64url ${JSON.stringify(text)} is the text of bytes: ${isRight}`, () => {
        assert.equal(isBase64url(text), isRight);
        assert.equal(decodeBase64url(text) !== null, isRight);
    });
}

for (const text of [
    '', '{', '{"a":1,}', '{"a":1,"a":1}', '{"a":{"b":1,"b":1}}', '[1,]', '{ }', '[1] ', ' [1]',
    '"\\u0041"', '"a\nb"', '01', '1.', '.5', '+1', 'nul', '[]]', '"\xff',
    '[[[[[[[[[1]]]]]]]]]', '\ufeff{}',
]) {
    test(`${JSON.stringify(text)} is not strict JSON`, () => {
        assert.equal(readJson(Buffer.from(text)), undefined);
    });
}

test('bytes that are no UTF-8 are not JSON', () => {
    assert.equal(readJson(Buffer.from('22ff22', 'hex')), undefined);
});

test('whole numbers are exact, up to 64 bits', () => {
    const number = (text) => wholeNumber(readJson(Buffer.from(text)));
    assert.equal(number('0'), 0);
    assert.equal(number('18446744073709551615'), 18446744073709551615n);
    for (const text of ['18446744073709551616', '-1', '1.0', '1e3', '"1"']) {
        assert.equal(number(text), null, text);
    }
});

for (const [held, wanted, covers] of [
    ['read:data:x', 'read:data:x', true],
    ['read:data:*', 'read:data:x', true],
    ['read:data:*', 'read:data:*', true],
    ['read:data:*', 'read:data:a:b', true],
    ['read:data:x', 'read:data:*', false],
    ['read:data:*', 'read:data2:x', false],
    ['read:data:a:*', 'read:data:a:b', false],
    ['read:*:x', 'read:data:x', false],
    ['read:data:x', 'READ:data:x', false],
]) {
    test(`${held} covers ${wanted}: ${covers}`, () => {
        assert.equal(scopeCovers(held, wanted), covers);
    });
}

for (const [isWord, text, isRight] of [
    [isScope, 'read:data:a:b', true], [isScope, 'read:data', false], [isScope, 'read::x', false],
    [isScope, 'read:data:a,b', false], [isScope, 'read:data:a b', false],
    [isScope, `read:data:${'x'.repeat(246)}`, true],
    [isScope, `read:data:${'x'.repeat(247)}`, false],
    [isAudience, 'https://data.example/', true], [isAudience, '', false],
    [isAudience, 'a"b', false], [isAudience, 'a\\b', false],
    [isAgentId, 'spiffe://mayfly.local/agent/o/t/0123456789abcdef', true],
    [isAgentId, 'spiffe://mayfly.local/agent/../t/0123456789abcdef', false],
    [isAgentId, 'spiffe://mayfly.local/agent/o/./0123456789abcdef', false],
    [isAgentId, 'spiffe://Mayfly.local/agent/o/t/0123456789abcdef', false],
    [isAgentId, 'spiffe://mayfly.local/agent/o/t/0123456789ABCDEF', false],
]) {
    test(`${JSON.stringify(text).slice(0, 40)} is a word of its kind: ${isRight}`, () => {
        assert.equal(isWord(text), isRight);
    });
}

test('a hop that was signed is read again, with what its alphabet allows', () => {
    const key = KeyPair.generate();
    const bytes = (fill) => Buffer.alloc(32, fill).toString('base64url');
    const hop = parseHop(signHop({
        iss: 'mayfly,broker',
        challenge: bytes(1),
        proof_seq: 1,
        delegator: 'spiffe://mayfly.local/agent/o/t/0123456789abcdef',
        delegator_key: key.publicKey.toString('base64url'),
        delegate: 'spiffe://mayfly.local/agent/o/u/0123456789abcdef',
        delegate_key: bytes(2),
        held: ['read:data:[a]', 'read:data:b]'],
        scope: ['read:data:]', 'read:data:b]'],
        aud: ['[]', ']'],
        max_uses: 3,
        iat: 1,
        exp: 2,
        parent: '0'.repeat(32),
        depth: 1,
        prev: bytes(3),
    }, key));
    assert.deepEqual(hop.held, ['read:data:[a]', 'read:data:b]']);
    assert.deepEqual(hop.scope, ['read:data:]', 'read:data:b]']);
    assert.deepEqual(hop.audience, ['[]', ']']);
    assert.equal(hop.maximumUses, 3);
});
