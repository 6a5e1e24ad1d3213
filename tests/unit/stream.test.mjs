import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stream } from '../../web/stream.js';

const CHUNK = 4410;
const STREAM = '00000000000000aa';

/** Time that passes only when told to. */
class FakeClock {
  nowMs = 0;
  timers = new Map();
  nextId = 1;
  now = () => this.nowMs;
  setTimeout = (callback, ms) => {
    this.timers.set(this.nextId, { callback, atMs: this.nowMs + ms });
    return this.nextId++;
  };
  clearTimeout = (id) => this.timers.delete(id);

  pass(ms) {
    const until = this.nowMs + ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.atMs <= until);
      if (due.length === 0) break;
      const [id, timer] = due.sort((a, b) => a[1].atMs - b[1].atMs)[0];
      this.timers.delete(id);
      this.nowMs = timer.atMs;
      timer.callback();
    }
    this.nowMs = until;
  }
}

function makeStream(options = {}) {
  const sockets = [];
  class FakeSocket {
    readyState = 0;
    sent = [];
    constructor(url) {
      this.url = new URL(url);
      sockets.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.readyState = 3;
    }
    accept() {
      this.readyState = 1;
      this.onopen();
    }
    say(message) {
      this.onmessage({ data: JSON.stringify(message) });
    }
    hello(more = {}) {
      this.say({
        type: 'hello',
        stream: STREAM,
        sample_rate: 44100,
        chunk_frames: CHUNK,
        next_frame: 0,
        frame: -1,
        ...more,
      });
    }
    chunk(n, stream = STREAM) {
      const bytes = Buffer.alloc(40 + 8);
      bytes.write('AURC');
      bytes[4] = bytes[5] = 1;
      bytes.writeBigUInt64LE(BigInt(`0x${stream}`), 8);
      bytes.writeBigUInt64LE(BigInt(n * CHUNK), 16);
      bytes.writeUInt32LE(2, 24);
      bytes.writeUInt32LE(8, 28);
      this.onmessage({ data: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 48) });
    }
    breakOff() {
      this.readyState = 3;
      this.onclose?.();
    }
  }
  const clock = new FakeClock();
  const events = { states: [], hellos: [], chunks: [], messages: [] };
  const stream = new Stream({
    base: 'http://box.test/radio/',
    format: 'pcm',
    burstMs: 1000,
    WebSocketClass: FakeSocket,
    clock,
    random: () => 0.5,
    listener: {
      onstate: (state) => events.states.push(state),
      onhello: (hello, isNewStream) => events.hellos.push(isNewStream),
      onchunk: (chunk, isLive) => events.chunks.push({ n: chunk.firstFrame / CHUNK, isLive }),
      onmessage: (message) => events.messages.push(message.type),
    },
    ...options,
  });
  return { stream, sockets, clock, events, last: () => sockets[sockets.length - 1] };
}

test('it connects below the page, asks for its format and a little history', () => {
  const { stream, last } = makeStream();
  stream.open();
  assert.equal(last().url.href, 'ws://box.test/radio/ws/stream?format=pcm&burst=1000');
});

test('a page that came over https uses wss', () => {
  const { stream, last } = makeStream({ base: 'https://box.test/' });
  stream.open();
  assert.equal(last().url.protocol, 'wss:');
});

test('states follow the connection', () => {
  const { stream, last, events } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  last().breakOff();
  assert.deepEqual(events.states, ['connecting', 'waiting', 'live', 'retrying']);
});

test('chunks come in order, and those that were delivered before are dropped', () => {
  const { stream, last, events } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  for (const n of [0, 1, 1, 0, 2]) last().chunk(n);
  assert.deepEqual(
    events.chunks.map(({ n }) => n),
    [0, 1, 2],
  );
  assert.equal(stream.duplicates, 2);
});

test('what was history when the hello came is told from what is live', () => {
  const { stream, last, events } = makeStream();
  stream.open();
  last().accept();
  last().hello({ frame: CHUNK + 5 });
  for (const n of [0, 1, 2]) last().chunk(n);
  assert.deepEqual(
    events.chunks.map(({ isLive }) => isLive),
    [false, false, true],
  );
});

test('a broken connection is resumed at once, by frame and stream', () => {
  const { stream, last, clock, sockets, events } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  last().chunk(0);
  last().chunk(1);
  clock.pass(5000);
  last().breakOff();
  clock.pass(0);
  assert.equal(sockets.length, 2);
  assert.equal(last().url.searchParams.get('stream'), STREAM);
  last().accept();
  last().hello();
  last().chunk(1); // rounded down by the station
  last().chunk(2);
  assert.deepEqual(
    events.chunks.map(({ n }) => n),
    [0, 1, 2],
  );
  assert.deepEqual(events.hellos, [true, false]);
});

test('the frame it resumes at is the first not delivered', () => {
  const { stream, last, clock } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  last().chunk(7);
  clock.pass(5000);
  last().breakOff();
  clock.pass(0);
  assert.equal(last().url.searchParams.get('from'), String(7 * CHUNK + 2));
});

test('it never gives up: at once, then 1, 2, 4, 8, 15 and 15 s', () => {
  const { stream, last, clock, sockets } = makeStream();
  const startedAt = [];
  stream.open();
  clock.pass(2000);
  for (let i = 0; i < 30; i++) {
    const brokeAt = clock.nowMs;
    const before = sockets.length;
    last().breakOff();
    while (sockets.length === before) clock.pass(50);
    startedAt.push(clock.nowMs - brokeAt);
    clock.pass(2000);
  }
  assert.deepEqual(startedAt.slice(0, 7), [50, 1000, 2000, 4000, 8000, 15000, 15000]);
  assert.equal(startedAt[29], 15000);
});

test('a station that hangs up at once is not hammered', () => {
  const { stream, last, clock, sockets } = makeStream();
  stream.open();
  for (let i = 0; i < 5; i++) {
    last().breakOff();
    clock.pass(0);
  }
  assert.equal(sockets.length, 1);
});

test('audio that flows again makes the next loss one that is tried at once', () => {
  const { stream, last, clock, sockets } = makeStream();
  stream.open();
  for (let i = 0; i < 4; i++) {
    last().breakOff();
    clock.pass(20000);
  }
  last().accept();
  last().hello();
  last().chunk(0);
  clock.pass(3000);
  const before = sockets.length;
  last().breakOff();
  clock.pass(0);
  assert.equal(sockets.length, before + 1);
});

test('when the network comes back it does not wait any longer', () => {
  const { stream, last, clock, sockets } = makeStream();
  stream.open();
  for (let i = 0; i < 5; i++) {
    last().breakOff();
    clock.pass(20000);
  }
  last().breakOff();
  const before = sockets.length;
  stream.poke();
  assert.equal(sockets.length, before + 1);
});

test('a poke leaves a healthy connection alone', () => {
  const { stream, last, sockets } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  stream.poke();
  assert.equal(sockets.length, 1);
});

test('a connection that went silent is asked, then given up', () => {
  const { stream, last, clock, sockets } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  clock.pass(4500);
  assert.deepEqual(last().sent, [{ type: 'ping' }]);
  clock.pass(4000);
  assert.equal(sockets.length, 2);
});

test('a connection that does not open is given up', () => {
  const { stream, clock, sockets } = makeStream();
  stream.open();
  clock.pass(8001);
  assert.equal(sockets.length, 2);
});

test('another stream is a new beginning, and old chunks of the first are not played', () => {
  const { stream, last, events } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  last().chunk(500);
  last().hello({ stream: '00000000000000bb', next_frame: 0 });
  last().chunk(501);
  last().chunk(0, '00000000000000bb');
  assert.deepEqual(
    events.chunks.map(({ n }) => n),
    [500, 0],
  );
  assert.deepEqual(events.hellos, [true, true]);
});

test('one that nobody listens to begins near the present again', () => {
  const { stream, last, clock } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  last().chunk(0);
  stream.forgetPlace();
  clock.pass(3000);
  last().breakOff();
  clock.pass(0);
  assert.equal(last().url.searchParams.get('from'), null);
  assert.equal(last().url.searchParams.get('burst'), '1000');
});

test('another format goes on at the same frame', () => {
  const { stream, last } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  last().chunk(3);
  stream.setFormat('json');
  assert.equal(last().url.searchParams.get('format'), 'json');
  assert.equal(last().url.searchParams.get('from'), String(3 * CHUNK + 2));
});

test('closed is closed: no timer brings it back', () => {
  const { stream, last, clock, sockets } = makeStream();
  stream.open();
  last().accept();
  stream.close();
  clock.pass(100000);
  assert.equal(sockets.length, 1);
  assert.equal(stream.state, 'closed');
});

test('rubbish is left aside, other messages are handed on', () => {
  const { stream, last, events } = makeStream();
  stream.open();
  last().accept();
  last().hello();
  last().onmessage({ data: 'not json' });
  last().onmessage({ data: '[1]' });
  last().onmessage({ data: new ArrayBuffer(3) });
  last().say({ type: 'params', params: {} });
  assert.deepEqual(events.messages, ['params']);
});

test('what cannot be sent is said', () => {
  const { stream, last } = makeStream();
  stream.open();
  assert.equal(stream.send({ type: 'status' }), false);
  last().accept();
  assert.equal(stream.send({ type: 'status' }), true);
});
