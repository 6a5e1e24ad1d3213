import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  CHUNK_HEADER_BYTES,
  decodeChunk,
  decodeJsonChunk,
  readChunkHeader,
} from '../../web/chunk.js';

const golden = JSON.parse(
  readFileSync(new URL('../golden/chunk_header.json', import.meta.url), 'utf8'),
);

/** @param {Buffer} bytes */
const toArrayBuffer = (bytes) =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const goldenHeader = () => Buffer.from(golden.hex, 'hex');

/** A chunk of `samples` at a frame, as the station sends it. */
function makeChunk(samples, { firstFrame = 4410n, flags = 0 } = {}) {
  const header = Buffer.alloc(CHUNK_HEADER_BYTES);
  header.write('AURC');
  header[4] = 1;
  header[5] = 1;
  header.writeUInt16LE(flags, 6);
  header.writeBigUInt64LE(0xabcn, 8);
  header.writeBigUInt64LE(firstFrame, 16);
  header.writeUInt32LE(samples.length / 2, 24);
  header.writeUInt32LE(samples.length * 2, 28);
  header.writeBigUInt64LE(1_790_000_000_123_456n, 32);
  return Buffer.concat([header, Buffer.from(Int16Array.from(samples).buffer)]);
}

test('the header that the station writes is read field by field', () => {
  const { fields } = golden;
  const header = readChunkHeader(toArrayBuffer(goldenHeader()));
  assert.equal(header.version, Number(fields.version));
  assert.equal(header.format, Number(fields.format));
  assert.equal(header.flags, Number(fields.flags));
  assert.equal(header.stream, fields.stream);
  assert.equal(header.firstFrame, Number(fields.first_frame));
  assert.equal(header.frames, Number(fields.frames));
  assert.equal(header.payloadBytes, Number(fields.payload_bytes));
  assert.equal(header.dueUnixUs, Number(fields.due_unix_us));
});

test('a chunk gives its samples, its place and whether frames were lost before it', () => {
  const chunk = decodeChunk(toArrayBuffer(makeChunk([1, -2, 32767, -32768], { flags: 1 })));
  assert.deepEqual([...chunk.pcm], [1, -2, 32767, -32768]);
  assert.equal(chunk.frames, 2);
  assert.equal(chunk.firstFrame, 4410);
  assert.equal(chunk.stream, '0000000000000abc');
  assert.equal(chunk.lostBefore, true);
  assert.equal(chunk.dueMs, 1_790_000_000_123.456);
});

test('frames beyond 32 bits stay exact', () => {
  const chunk = decodeChunk(
    toArrayBuffer(makeChunk([0, 0], { firstFrame: 900_719_925_474_099n })),
  );
  assert.equal(chunk.firstFrame, 900_719_925_474_099);
});

test('what is foreign, of another version, another format or truncated is refused with a reason', () => {
  const change = (offset, value) => {
    const bytes = makeChunk([1, 2]);
    bytes[offset] = value;
    return toArrayBuffer(bytes);
  };
  assert.throws(() => decodeChunk(new ArrayBuffer(10)), /shorter than its header/);
  assert.throws(() => decodeChunk(change(0, 88)), /magic/);
  assert.throws(() => decodeChunk(change(4, 9)), /version 9/);
  assert.throws(() => decodeChunk(change(5, 2)), /not pcm/);
  assert.throws(() => decodeChunk(change(24, 7)), /7 frames/);
  assert.throws(
    () => decodeChunk(toArrayBuffer(makeChunk([1, 2]).subarray(0, 42))),
    /1 frames has 42/,
  );
});

test('a chunk as JSON is the same as the binary one', () => {
  const samples = [5, -6, 700, -32768];
  const message = {
    type: 'audio_chunk',
    seq: 12,
    timestamp: 1_790_000_000.5,
    duration_ms: 100,
    sample_rate: 44100,
    channels: 2,
    audio_data: Buffer.from(Int16Array.from(samples).buffer).toString('base64'),
  };
  const chunk = decodeJsonChunk(message, { stream: 'ff', chunkFrames: 4410 });
  assert.deepEqual([...chunk.pcm], samples);
  assert.equal(chunk.firstFrame, 52920);
  assert.equal(chunk.frames, 2);
  assert.equal(chunk.dueMs, 1_790_000_000_500);
});

test('a JSON chunk that is not stereo or not base64 is refused', () => {
  const stream = { stream: 'ff', chunkFrames: 4410 };
  assert.throws(
    () => decodeJsonChunk({ seq: 1, channels: 1, audio_data: 'AAAAAA==' }, stream),
    /stereo/,
  );
  assert.throws(
    () => decodeJsonChunk({ seq: 1, channels: 2, audio_data: '' }, stream),
    /stereo/,
  );
  assert.throws(() => decodeJsonChunk({ seq: 1, channels: 2, audio_data: '*' }, stream));
});
