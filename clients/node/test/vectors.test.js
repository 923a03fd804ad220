// proto/vectors: frames.json, refusals.json and proofs.json. See proto/vectors/README.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as messages from '../generated/messages.js';
import { KeyPair, revocationDigest, scopeCovers } from '../index.js';
import { encodeFrame, FrameReader } from '../src/connection/frames.js';
import { proofMessage } from '../src/connection/session.js';
import { refusalOf } from '../src/connection/status.js';
import { sha256 } from '../src/delegation/holding.js';
import { thumbprint } from '../src/keys.js';
import { MessageType } from '../src/protobuf/codec.js';
import { grantOf, parseHop, parseRoot, signHop } from '../src/verification/hop.js';

const read = (name) => JSON.parse(
    readFileSync(new URL(`../../../proto/vectors/${name}`, import.meta.url), 'utf8'));
const hex = (text) => Buffer.from(text, 'hex');

const types = new Map(
    Object.values(messages)
        .filter((value) => value instanceof MessageType)
        .map((type) => [type.name, type]));

/** AGENT_STATE_COMPLETING and the like. */
const enumValues = new Map(
    Object.entries(messages)
        .filter(([, value]) => !(value instanceof MessageType))
        .flatMap(([name, values]) => {
            const prefix = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
            return Object.entries(values).map(([key, value]) => [`${prefix}_${key}`, value]);
        }));

/** A message out of the JSON of protobuf. */
function messageOf(type, fields) {
    const message = {};
    for (const [name, value] of Object.entries(fields)) {
        const camelCase = name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
        const field = type.fields.find((one) => one.name === camelCase);
        message[camelCase] = field.repeated
            ? value.map((element) => valueOf(field, element))
            : valueOf(field, value);
    }
    return message;
}

function valueOf(field, value) {
    if (field.type instanceof MessageType) return messageOf(field.type, value);
    if (field.type === 'bytes') return Buffer.from(value, 'base64');
    return field.type === 'enum' ? enumValues.get(value) : value;
}

/** Down to where every field is there. */
function withDefaults(type, message) {
    const whole = { ...type.empty(), ...message };
    for (const field of type.fields) {
        if (!(field.type instanceof MessageType) || whole[field.name] === null) continue;
        whole[field.name] = field.repeated
            ? whole[field.name].map((element) => withDefaults(field.type, element))
            : withDefaults(field.type, whole[field.name]);
    }
    return whole;
}

const frames = read('frames.json');

for (const vector of frames.requests) {
    test(`request: ${vector.name}`, () => {
        const type = types.get(vector.message);
        const fields = messageOf(type, vector.fields);
        if (vector.body) {
            const body = types.get(vector.body.message);
            assert.deepEqual(body.encode(messageOf(body, vector.body.fields)), fields.body);
        }
        const payload = type.encode(fields);
        assert.equal(payload.toString('hex'), vector.payload);
        const { service, method } = vector;
        const envelope = messages.Envelope.encode({ service, method, payload });
        const frame = encodeFrame(vector.stream, 1, vector.flags, envelope);
        assert.equal(frame.toString('hex'), vector.frame);
    });
}

for (const vector of [...frames.responses, ...frames.stream]) {
    test(`response: ${vector.name}`, () => {
        const [{ stream, type, data }] = [...new FrameReader().take(hex(vector.frame))];
        assert.equal(stream, vector.stream);
        const payload = type === 2 ? messages.ReplyEnvelope.decode(data).payload : data;
        assert.equal(payload.toString('hex'), vector.payload);
        const response = types.get(vector.message);
        const wanted = withDefaults(response, messageOf(response, vector.fields));
        assert.deepEqual(response.decode(payload), wanted);
    });
}

for (const vector of read('refusals.json').cases) {
    test(`refusal: ${vector.name}`, () => {
        const [{ data }] = [...new FrameReader().take(hex(vector.frame))];
        const error = refusalOf(messages.ReplyEnvelope.decode(data).status);
        const { code_name: status, reason, message, metadata } = vector.expect;
        assert.deepEqual(
            { status: error.status, reason: error.reason, message: error.message,
                metadata: error.metadata },
            { status, reason, message, metadata });
        assert.equal(error.code, reason);
    });
}

const proofs = read('proofs.json');
const keys = new Map(proofs.keys.map((key) => [key.seed, key]));

/** The key pair of a seed: PKCS #8 is these bytes around it (RFC 8410). */
function keyOf(seed) {
    const der = hex(`302e020100300506032b657004220420${seed}`).toString('base64');
    return KeyPair.fromPem(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
}

for (const key of keys.values()) {
    test(`key: ${key.thumbprint}`, () => {
        const pair = KeyPair.fromPem(key.pem);
        assert.equal(pair.publicKey.toString('hex'), key.public_key);
        assert.equal(pair.exportPem(), key.pem);
        assert.equal(thumbprint(pair.publicKey.toString('base64url')), key.thumbprint);
    });
}

for (const vector of proofs.proofs) {
    test(`proof: ${vector.name}`, () => {
        const message = proofMessage(
            vector.purpose, sha256(vector.issuer), hex(vector.challenge), vector.proof_seq,
            hex(vector.body));
        assert.equal(message.toString('hex'), vector.message);
        assert.equal(keyOf(vector.seed).sign(message).toString('hex'), vector.proof);
    });
}

test('the root statement is read', () => {
    assert.ok(parseRoot(proofs.root));
});

for (const vector of proofs.hops) {
    test(`hop: ${vector.name}`, () => {
        assert.equal(signHop(vector.members, keyOf(vector.seed)), vector.hop);
        const hop = parseHop(vector.hop);
        assert.equal(hop.digest.toString('hex'), vector.sha256);
        assert.equal(grantOf(hop.digest), vector.grant);
    });
}

for (const { level, target, digest } of proofs.digests) {
    test(`digest: ${level} ${target}`, () => {
        assert.equal(revocationDigest(level, target).toString('hex'), digest);
    });
}

for (const { held, wanted, covers } of proofs.scopes) {
    test(`scope: ${held} covers ${wanted}: ${covers}`, () => {
        assert.equal(scopeCovers(held, wanted), covers);
    });
}
