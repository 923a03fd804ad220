import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as messages from '../generated/messages.js';
import { CodecError, MessageType } from '../src/protobuf/codec.js';

const { SpawnBody, ReleaseRequest, ReleaseBatchResponse, StatusResponse, App } = messages;

// The worked example of proto/PROTOCOL.md, "What is signed".
const key = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
const spawnBody = {
    proofSeq: 1,
    agent: {
        orchId: 'nightly', taskId: 'summarize', scope: ['read:data:customer-12345'], publicKey: key,
    },
};
const spawnBytes = Buffer.from(
    '080112500a076e696768746c79120973756d6d6172697a651a18726561643a64' +
    '6174613a637573746f6d65722d31323334352a20d75a980182b10ab7d54bfed3' +
    'c964073a0ee172f3daa62325af021a68f707511a', 'hex');

test('a body has the bytes of the worked example', () => {
    assert.deepEqual(SpawnBody.encode(spawnBody), spawnBytes);
});

test('what was encoded is decoded again', () => {
    const { proofSeq, agent } = SpawnBody.decode(spawnBytes);
    assert.equal(proofSeq, 1);
    assert.equal(agent.taskId, 'summarize');
    assert.deepEqual(agent.scope, ['read:data:customer-12345']);
    assert.deepEqual(agent.publicKey, key);
    assert.equal(agent.byReference, false);
});

test('a member of a oneof is written at its default, and absent when it is not the one', () => {
    const bytes = ReleaseRequest.encode({ token: '' });
    assert.deepEqual(bytes, Buffer.from('0a00', 'hex'));
    assert.deepEqual(ReleaseRequest.decode(bytes), { token: '', grantId: undefined });
});

test('repeated numbers are read packed and one by one', () => {
    for (const hex of ['0a020100', '08010800']) {
        const { ended } = ReleaseBatchResponse.decode(Buffer.from(hex, 'hex'));
        assert.deepEqual(ended, [true, false]);
    }
    const uids = [0, 1000, 4294967295];
    assert.deepEqual(App.decode(App.encode({ uids })).uids, uids);
});

test('numbers below zero keep their sign', () => {
    const bytes = StatusResponse.encode({ clockDeviationMilliseconds: -1500 });
    assert.equal(StatusResponse.decode(bytes).clockDeviationMilliseconds, -1500);
});

test('the largest exact number is kept, and a larger one is refused', () => {
    const bytes = StatusResponse.encode({ liveGrants: Number.MAX_SAFE_INTEGER });
    assert.equal(StatusResponse.decode(bytes).liveGrants, Number.MAX_SAFE_INTEGER);
    const larger = Buffer.from('2880808080808080' + '20', 'hex');
    assert.throws(() => StatusResponse.decode(larger), CodecError);
});

test('unknown fields are passed over, of every wire type', () => {
    const fields = ['f80101', 'fa010161', 'fd0100000000', 'f9010000000000000000'];
    const unknown = Buffer.from(fields.join(''), 'hex');
    const { proofSeq } = SpawnBody.decode(Buffer.concat([unknown, spawnBytes, unknown]));
    assert.equal(proofSeq, 1);
});

for (const [name, hex] of [
    ['it ends inside a varint', '08ff'],
    ['it ends inside a text', '0a05616263'],
    ['a text is no UTF-8', '0a02c328'],
    ['a field has the wrong wire type', '1001'],
    ['a group is opened', '0b'],
    ['a field has the number 0', '0001'],
    ['a varint never ends', '08ffffffffffffffffffffff01'],
    ['a length is past the end', '0affffffff0f'],
    ['an unknown field is cut off', 'fd01000000'],
]) {
    test(`bytes are refused where ${name}`, () => {
        const type = new MessageType('test.Text', [
            { number: 1, name: 'text', type: hex.startsWith('08') ? 'uint64' : 'string' },
            { number: 2, name: 'other', type: 'string' },
        ]);
        assert.throws(() => type.decode(Buffer.from(hex, 'hex')), CodecError);
    });
}

for (const [name, value] of [
    ['a number for a text', { taskId: 7 }],
    ['a text for a number', { ttlSeconds: '7' }],
    ['a number below zero', { ttlSeconds: -1 }],
    ['a number over 32 bits', { ttlSeconds: 2 ** 32 }],
    ['a text for bytes', { publicKey: 'abc' }],
    ['a fraction', { ttlSeconds: 0.5 }],
]) {
    test(`a field does not take ${name}`, () => {
        assert.throws(() => messages.AgentSpec.encode(value), CodecError);
    });
}
