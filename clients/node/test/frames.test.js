import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '../src/errors.js';
import { encodeFrame, FrameReader } from '../src/connection/frames.js';

function header(length, stream, type, flags) {
    const bytes = Buffer.alloc(10);
    bytes.writeUInt32BE(length, 0);
    bytes.writeUInt32BE(stream, 4);
    bytes[8] = type;
    bytes[9] = flags;
    return bytes;
}

test('frames are cut from any pieces', () => {
    const bytes = Buffer.concat([
        encodeFrame(1, 2, 0, Buffer.from('one')),
        encodeFrame(3, 3, 1, Buffer.alloc(0)),
        encodeFrame(5, 2, 0, Buffer.alloc(70_000, 7)),
    ]);
    for (const size of [1, 7, 13, 4096, bytes.length]) {
        const reader = new FrameReader();
        const frames = [];
        for (let start = 0; start < bytes.length; start += size) {
            frames.push(...reader.take(bytes.subarray(start, start + size)));
        }
        assert.deepEqual(frames.map(({ stream, data }) => [stream, data.length]), [
            [1, 3], [3, 0], [5, 70_000],
        ]);
        assert.equal(frames[0].data.toString(), 'one');
        assert.ok(frames[2].data.every((byte) => byte === 7));
    }
});

for (const [name, bytes] of [
    ['is over 4 MiB', header(4 * 1024 * 1024 + 1, 1, 2, 0)],
    ['is of 4 GiB', header(0xffff_ffff, 1, 2, 0)],
    ['is a request', header(0, 1, 1, 0)],
    ['is of no type', header(0, 1, 9, 0)],
    ['is on an even stream', header(0, 2, 2, 0)],
    ['is on stream zero', header(0, 0, 2, 0)],
    ['has flags that a response has not', header(0, 1, 2, 1)],
    ['has no data and a message', header(3, 1, 3, 5)],
]) {
    test(`a frame is refused by its header where it ${name}`, () => {
        assert.throws(() => [...new FrameReader().take(bytes)], ProtocolError);
    });
}
