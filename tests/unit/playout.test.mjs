import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FADE_OUTPUT, Playout } from '../../web/playout.js';

const RATE = 44100;
const CHUNK = 4410;
const BLOCK = 128;

/**
 * @param {number} frame
 * @returns {number} the sample there: music enough, and each one known
 */
const sampleAt = (frame) => Math.trunc(12000 * Math.sin(frame * 0.05)) || 0;

/** @param {number} firstFrame */
function chunkAt(firstFrame, frames = CHUNK) {
  const pcm = new Int16Array(frames * 2);
  for (let i = 0; i < frames; i++) {
    pcm[2 * i] = sampleAt(firstFrame + i);
    pcm[2 * i + 1] = -pcm[2 * i];
  }
  return pcm;
}

function makePlayout(options = {}) {
  const playout = new Playout({
    streamRate: RATE,
    contextRate: RATE,
    servo: false,
    ...options,
  });
  const left = new Float32Array(BLOCK);
  const right = new Float32Array(BLOCK);
  return {
    playout,
    /** Pushes chunks of the given numbers. */
    push(...numbers) {
      for (const n of numbers) playout.push(n * CHUNK, chunkAt(n * CHUNK));
    },
    /** @param {number} blocks @returns {number[]} the left channel */
    render(blocks) {
      const out = [];
      for (let i = 0; i < blocks; i++) {
        playout.render(left, right);
        out.push(...left);
      }
      return out;
    },
  };
}

/** The largest step between neighbours: a click shows here. */
const largestStep = (out) => Math.max(...out.slice(1).map((v, i) => Math.abs(v - out[i])));
const NATURAL_STEP = (12000 / 32768) * 0.05 * 1.2; // of the tone, with a little for fades

test('nothing sounds before 300 ms have come', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1);
  assert.ok(render(20).every((sample) => sample === 0));
  push(2);
  render(4);
  assert.equal(playout.playing, true);
});

test('after the fade-in samples are exactly the stream, over chunk borders', () => {
  const { push, render } = makePlayout();
  push(0, 1, 2, 3);
  const out = render(80);
  const first = CHUNK; // 3 of 4 chunks ahead
  for (let i = FADE_OUTPUT; i < out.length; i++) {
    assert.equal(out[i], Math.fround(sampleAt(first + i) / 32768), `frame ${i}`);
  }
  assert.ok(largestStep(out) < NATURAL_STEP);
});

test('a dry buffer fades out, is counted once, and goes on where it stopped', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1, 2);
  const before = render(150);
  assert.equal(playout.underruns, 1);
  assert.ok(largestStep(before) < NATURAL_STEP, 'no click');
  assert.ok(before.slice(-128).every((sample) => sample === 0));
  const stoppedAt = playout.reader.frame;
  assert.ok(stoppedAt > 3 * CHUNK - 64 && stoppedAt <= 3 * CHUNK);
  push(3, 4);
  assert.ok(
    render(10).every((sample) => sample === 0),
    'still filling',
  );
  push(5, 6);
  const after = render(20);
  assert.equal(playout.underruns, 1);
  assert.ok(largestStep(after) < NATURAL_STEP, 'no click');
  const i = FADE_OUTPUT + 100;
  assert.equal(after[i], Math.fround(sampleAt(stoppedAt + i) / 32768));
});

test('chunks that come twice are played once', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1, 2, 1, 2, 3);
  const out = render(60);
  assert.equal(playout.ring.endFrame, 4 * CHUNK);
  const last = out.length - 1;
  assert.equal(out[last], Math.fround(sampleAt(CHUNK + last) / 32768));
});

test('a hole is crossed with a fade, counted as lost and not as an underrun', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1, 2, 5, 6, 7, 8);
  playout.reader.moveTo(0);
  playout.placed = true;
  const out = render(150);
  assert.equal(playout.underruns, 0);
  assert.equal(playout.lostFrames >= 2 * CHUNK && playout.lostFrames < 2 * CHUNK + 64, true);
  assert.ok(largestStep(out) < 2 * NATURAL_STEP, 'no click');
});

test('more depth is one faded pause', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1, 2, 3);
  const before = render(10);
  playout.setTarget(5 * CHUNK);
  const pause = render(10);
  assert.equal(playout.pauses, 1);
  assert.ok(largestStep([...before, ...pause]) < NATURAL_STEP, 'no click');
  push(4, 5, 6);
  render(10);
  assert.equal(playout.playing, true);
  assert.ok(playout.depth() > 4.6 * CHUNK);
  assert.equal(playout.underruns, 0);
});

test('less depth is not worth a pause', () => {
  const { push, render, playout } = makePlayout();
  playout.setTarget(5 * CHUNK);
  push(0, 1, 2, 3, 4, 5);
  render(10);
  playout.setTarget(3 * CHUNK);
  assert.equal(playout.playing, true);
  assert.equal(playout.pauses, 0);
});

test('history at the start puts the listener at the depth, not at the oldest chunk', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  render(1);
  assert.equal(playout.reader.frame, 7 * CHUNK + BLOCK);
});

test('another stream fades out the old one and begins anywhere', () => {
  const { push, render, playout } = makePlayout();
  push(100, 101, 102);
  const before = render(10);
  playout.flush();
  push(0, 1, 2);
  const out = [...before, ...render(20)];
  assert.ok(largestStep(out) < 2 * NATURAL_STEP, 'no click');
  assert.equal(playout.reader.frame, 20 * BLOCK);
  assert.equal(playout.underruns, 0);
});

test('after a long outage the listener is taken to the present', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1, 2);
  render(150);
  push(...Array.from({ length: 80 }, (_, i) => i + 3));
  render(10);
  assert.ok(playout.skippedFrames > 70 * CHUNK);
  assert.equal(playout.reader.frame, 80 * CHUNK + 10 * BLOCK);
});

test('a device that slept while chunks came is taken to the present too', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1, 2);
  render(5);
  push(...Array.from({ length: 300 }, (_, i) => i + 3));
  render(5);
  assert.equal(playout.playing, true);
  assert.ok(playout.depth() <= 3 * CHUNK);
});

test('at another rate of the output the stream keeps its pace', () => {
  const { push, render, playout } = makePlayout({ contextRate: 48000 });
  push(0, 1, 2, 3, 4, 5);
  const out = render(60);
  const passed = playout.reader.frame - 3 * CHUNK;
  assert.ok(Math.abs(passed - (60 * BLOCK * RATE) / 48000) < 2);
  assert.ok(largestStep(out) < NATURAL_STEP);
});

test('an output that was late is counted and fades in', () => {
  const { push, render, playout } = makePlayout();
  push(0, 1, 2);
  render(10);
  playout.interrupt();
  assert.equal(playout.underruns, 1);
  assert.ok(Math.abs(render(1)[0]) < 1e-4);
});
