// @ts-check
/*
 * chunk - one piece of audio as it comes over the WebSocket, binary or as JSON.
 *
 * The binary header is streamd/chunk.h's, 40 bytes, little-endian:
 *    0 magic "AURC"     4 version u8      5 format u8      6 flags u16
 *    8 stream u64      16 first_frame u64                 24 frames u32   28 payload_bytes u32
 *   32 due_unix_us u64
 *
 * Errors: what is foreign or truncated throws a RangeError that says why.
 */

/** @typedef {import('./protocol.js').AudioChunkMessage} AudioChunkMessage */
/**
 * @typedef {{
 *   stream: string,       // 16 hex digits; '' when the message does not say
 *   firstFrame: number,
 *   frames: number,
 *   lostBefore: boolean,  // frames were lost just before this chunk
 *   dueMs: number,        // wall clock when due
 *   pcm: Int16Array       // [frames * 2] L R L R
 * }} Chunk
 */

export const CHUNK_HEADER_BYTES = 40;
export const CHUNK_VERSION = 1;
export const CHUNK_FORMAT_PCM = 1;
export const CHUNK_FLAG_LOST_BEFORE = 1;
const CHANNELS = 2;
const BYTES_PER_FRAME = 2 * CHANNELS;
const MAGIC = 0x43525541; // "AURC", read as a little-endian word
const WORD = 2 ** 32;

/**
 * @param {DataView} view
 * @param {number} at
 * @returns {number} exact below 2^53
 */
function readU64(view, at) {
  return view.getUint32(at + 4, true) * WORD + view.getUint32(at, true);
}

/**
 * @param {DataView} view
 * @param {number} at
 * @returns {string} 16 hex digits
 */
function readId(view, at) {
  const high = view
    .getUint32(at + 4, true)
    .toString(16)
    .padStart(8, '0');
  return high + view.getUint32(at, true).toString(16).padStart(8, '0');
}

/**
 * The header's fields, checked for magic, version and length.
 * @param {ArrayBuffer} buffer
 */
export function readChunkHeader(buffer) {
  if (buffer.byteLength < CHUNK_HEADER_BYTES) {
    throw new RangeError(`chunk of ${buffer.byteLength} bytes is shorter than its header`);
  }
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC) throw new RangeError('not a chunk: magic differs');
  if (view.getUint8(4) !== CHUNK_VERSION) {
    throw new RangeError(`chunk version ${view.getUint8(4)}, this page reads ${CHUNK_VERSION}`);
  }
  return {
    version: view.getUint8(4),
    format: view.getUint8(5),
    flags: view.getUint16(6, true),
    stream: readId(view, 8),
    firstFrame: readU64(view, 16),
    frames: view.getUint32(24, true),
    payloadBytes: view.getUint32(28, true),
    dueUnixUs: readU64(view, 32),
  };
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Chunk} its pcm looks into `buffer`
 */
export function decodeChunk(buffer) {
  const header = readChunkHeader(buffer);
  if (header.format !== CHUNK_FORMAT_PCM) {
    throw new RangeError(`chunk format ${header.format} is not pcm`);
  }
  const samples = header.frames * CHANNELS;
  if (
    header.payloadBytes !== header.frames * BYTES_PER_FRAME ||
    buffer.byteLength !== CHUNK_HEADER_BYTES + header.payloadBytes
  ) {
    throw new RangeError(`chunk of ${header.frames} frames has ${buffer.byteLength} bytes`);
  }
  return {
    stream: header.stream,
    firstFrame: header.firstFrame,
    frames: header.frames,
    lostBefore: (header.flags & CHUNK_FLAG_LOST_BEFORE) !== 0,
    dueMs: header.dueUnixUs / 1000,
    pcm: new Int16Array(buffer, CHUNK_HEADER_BYTES, samples),
  };
}

/**
 * @param {string} text base64 of s16le
 * @returns {Int16Array}
 */
function decodeBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new Int16Array(bytes.buffer, 0, bytes.length >> 1);
}

/**
 * @param {AudioChunkMessage} message
 * @param {{stream: string, chunkFrames: number}} stream as the hello said
 * @returns {Chunk}
 */
export function decodeJsonChunk(message, stream) {
  const pcm = decodeBase64(message.audio_data);
  if (message.channels !== CHANNELS || pcm.length === 0 || pcm.length % CHANNELS !== 0) {
    throw new RangeError(`audio_chunk ${message.seq} is not stereo s16le`);
  }
  return {
    stream: stream.stream,
    firstFrame: message.seq * stream.chunkFrames,
    frames: pcm.length / CHANNELS,
    lostBefore: false,
    dueMs: message.timestamp * 1000,
    pcm,
  };
}
