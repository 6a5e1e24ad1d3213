// @ts-check
/*
 * stream - the WebSocket to the station: opens it, keeps it, and resumes by frame.
 *
 * It never gives up. What it delivers is in order and without repeats; what the station could
 * not give any more shows as a gap between the frames of two chunks.
 *
 * Threads: the page's. Time, chance and the WebSocket class are passed in, so that it can be tested.
 */
import { Backoff } from './backoff.js';
import { decodeChunk, decodeJsonChunk } from './chunk.js';
import { parseMessage } from './protocol.js';

/** @typedef {import('./chunk.js').Chunk} Chunk */
/** @typedef {import('./protocol.js').Hello} Hello */
/** @typedef {import('./protocol.js').ServerMessage} ServerMessage */
/** @typedef {'closed' | 'connecting' | 'waiting' | 'live' | 'retrying'} StreamState */
/**
 * @typedef {{
 *   now: () => number,
 *   setTimeout: (callback: () => void, ms: number) => any,
 *   clearTimeout: (timer: any) => void
 * }} Clock
 */
/**
 * @typedef {{
 *   onstate: (state: StreamState) => void,
 *   onhello: (hello: Hello, isNewStream: boolean) => void,
 *   onchunk: (chunk: Chunk, isLive: boolean) => void,
 *   onmessage: (message: ServerMessage) => void
 * }} StreamListener
 */

const QUIET_MS = 4000; // nothing heard for so long: ask
const DEAD_MS = 8000; // still nothing: the connection is given up
const OPEN_MS = 8000; // to open at all
const AT_ONCE_MS = 1000; // between two tries that do not wait

export class Stream {
  /**
   * @param {{
   *   base: string, format: string, burstMs: number, listener: StreamListener,
   *   WebSocketClass?: typeof WebSocket, clock?: Clock, random?: () => number
   * }} options base: address of the page
   */
  constructor({ base, format, burstMs, listener, WebSocketClass, clock, random }) {
    this.base = base;
    this.format = format;
    this.burstMs = burstMs; // how far back in history a first connection begins
    this.listener = listener;
    this.WebSocketClass = WebSocketClass ?? WebSocket;
    this.clock = clock ?? {
      now: () => performance.now(),
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (timer) => clearTimeout(timer),
    };
    this.backoff = new Backoff(random);
    /** @type {StreamState} */
    this.state = 'closed';
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {Hello | null} */
    this.hello = null; // the last one
    this.nextFrame = NaN; // the first one not delivered yet
    this.liveFrame = 0; // chunks below were history when the hello was sent
    this.retryAtMs = 0;
    this.openedAtMs = -Infinity;
    this.heardAtMs = 0; // anything at all
    this.timer = null;
    this.reconnects = 0;
    this.duplicates = 0; // chunks that were there already
  }

  open() {
    if (this.state === 'closed') this.connect();
  }

  close() {
    this.drop();
    this.setState('closed');
  }

  /** The network is back, or the listener looks: do not wait any longer. */
  poke() {
    if (this.state === 'retrying') this.connect();
    else if (this.socket && this.clock.now() - this.heardAtMs > QUIET_MS / 2) this.retry();
  }

  /** Nobody listens: the next connection begins near the present, not where this one ended. */
  forgetPlace() {
    this.nextFrame = NaN;
  }

  /** @param {string} format another one from now on; audio goes on at the same frame */
  setFormat(format) {
    if (format === this.format) return;
    this.format = format;
    if (this.state === 'closed') return;
    this.drop();
    this.connect();
  }

  /** @param {object} message @returns {boolean} whether it could be sent */
  send(message) {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** @returns {string} */
  url() {
    const url = new URL('ws/stream', this.base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    url.searchParams.set('format', this.format);
    if (this.hello && !Number.isNaN(this.nextFrame)) {
      url.searchParams.set('from', String(this.nextFrame));
      url.searchParams.set('stream', this.hello.stream);
    } else {
      url.searchParams.set('burst', String(this.burstMs));
    }
    return url.href;
  }

  connect() {
    this.drop();
    this.openedAtMs = this.clock.now();
    this.heardAtMs = this.openedAtMs;
    this.setState('connecting');
    const socket = new this.WebSocketClass(this.url());
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.heardAtMs = this.clock.now();
      this.setState('waiting');
      this.watch();
    };
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = () => this.retry();
    this.socket = socket;
    this.timer = this.clock.setTimeout(() => this.retry(), OPEN_MS);
  }

  /** Lets go of the socket without waiting for it: a dead one takes minutes to close. */
  drop() {
    this.clock.clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  retry() {
    this.drop();
    this.reconnects += 1;
    const sinceOpened = this.clock.now() - this.openedAtMs;
    let waitMs = this.backoff.next();
    if (waitMs === 0 && sinceOpened < AT_ONCE_MS) waitMs = this.backoff.next();
    this.retryAtMs = this.clock.now() + waitMs;
    this.setState('retrying');
    this.timer = this.clock.setTimeout(() => this.connect(), waitMs);
  }

  /** Notices a connection that died without a word. */
  watch() {
    this.clock.clearTimeout(this.timer);
    const quietMs = this.clock.now() - this.heardAtMs;
    if (quietMs >= DEAD_MS) {
      this.retry();
      return;
    }
    if (quietMs >= QUIET_MS) this.send({ type: 'ping' });
    this.timer = this.clock.setTimeout(() => this.watch(), QUIET_MS);
  }

  /** @param {string | ArrayBuffer} data */
  receive(data) {
    this.heardAtMs = this.clock.now();
    if (typeof data !== 'string') {
      this.receiveChunk(() => decodeChunk(data));
      return;
    }
    const message = parseMessage(data);
    if (message?.type === 'hello') this.receiveHello(message);
    else if (message?.type === 'audio_chunk') {
      const { hello } = this;
      if (!hello) return;
      const stream = { stream: hello.stream, chunkFrames: hello.chunk_frames };
      this.receiveChunk(() => decodeJsonChunk(message, stream));
    } else if (message) this.listener.onmessage(message);
  }

  /** @param {Hello} hello */
  receiveHello(hello) {
    const isNewStream = this.hello?.stream !== hello.stream;
    this.hello = hello;
    if (isNewStream) this.nextFrame = hello.next_frame;
    this.liveFrame = hello.frame;
    this.setState('live');
    this.listener.onhello(hello, isNewStream);
  }

  /** @param {() => Chunk} decode */
  receiveChunk(decode) {
    let chunk;
    try {
      chunk = decode();
    } catch (error) {
      console.warn(String(error));
      return;
    }
    if (!this.hello || chunk.stream !== this.hello.stream) return; // its hello comes first
    this.backoff.reset();
    if (chunk.firstFrame + chunk.frames <= this.nextFrame) {
      this.duplicates += 1;
      return;
    }
    this.nextFrame = chunk.firstFrame + chunk.frames;
    this.listener.onchunk(chunk, chunk.firstFrame > this.liveFrame);
  }

  /** @param {StreamState} state */
  setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.listener.onstate(state);
  }
}
