import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameRing } from '../../web/frame-ring.js';

/** Frames whose left sample is the frame number and whose right one is its negative. */
function frames(first, count) {
  const pcm = new Int16Array(count * 2);
  for (let i = 0; i < count; i++) {
    pcm[2 * i] = (first + i) % 30000;
    pcm[2 * i + 1] = -pcm[2 * i];
  }
  return pcm;
}

const leftAt = (ring, frame) => ring.samples[(frame & ring.mask) << 1];

test('frames are found again at their absolute position', () => {
  const ring = new FrameRing(16);
  assert.equal(ring.push(100, frames(100, 8)), 8);
  assert.equal(ring.contiguousFrom(100), 8);
  assert.equal(leftAt(ring, 107), 107);
});

test('positions far beyond 32 bits address the right frames', () => {
  const first = 2 ** 40 + 3;
  const ring = new FrameRing(16);
  ring.push(first, frames(7, 4));
  assert.equal(leftAt(ring, first), 7);
  assert.equal(leftAt(ring, first + 3), 10);
});

test('frames that are there already are dropped', () => {
  const ring = new FrameRing(32);
  ring.push(0, frames(0, 8));
  assert.equal(ring.push(0, frames(20, 8)), 0);
  assert.equal(leftAt(ring, 0), 0);
  assert.equal(ring.push(4, frames(4, 8)), 4);
  assert.equal(ring.endFrame, 12);
  assert.equal(leftAt(ring, 11), 11);
});

test('the oldest frames give way to the newest', () => {
  const ring = new FrameRing(8);
  ring.push(0, frames(0, 6));
  ring.push(6, frames(6, 6));
  assert.equal(ring.startFrame, 4);
  assert.equal(ring.contiguousFrom(3), 0);
  assert.equal(ring.contiguousFrom(4), 8);
});

test('a hole is known and can be crossed', () => {
  const ring = new FrameRing(64);
  ring.push(0, frames(0, 8));
  ring.push(16, frames(16, 8));
  assert.equal(ring.contiguousFrom(2), 6);
  assert.equal(ring.contiguousFrom(10), 0);
  assert.equal(ring.availableFrom(2), 14);
  assert.equal(ring.availableFrom(10), 8);
  assert.equal(ring.skipMissing(8), 16);
  assert.equal(ring.skipMissing(7), 7);
  assert.equal(ring.skipMissing(24), 24);
});

test('holes that were overwritten are forgotten', () => {
  const ring = new FrameRing(16);
  ring.push(0, frames(0, 4));
  ring.push(8, frames(8, 4));
  ring.push(12, frames(12, 12));
  assert.equal(ring.startFrame, 8);
  assert.equal(ring.holes, 0);
  assert.equal(ring.availableFrom(0), 16);
});

test('with too many holes the oldest part is given up', () => {
  const ring = new FrameRing(1024);
  for (let i = 0; i < 40; i++) ring.push(i * 10, frames(0, 5));
  assert.equal(ring.endFrame, 395);
  assert.ok(ring.startFrame > 0);
  assert.equal(ring.contiguousFrom(390), 5);
  assert.equal(ring.availableFrom(0), 17 * 5);
});

test('a ring that was cleared begins anew anywhere', () => {
  const ring = new FrameRing(16);
  ring.push(1000, frames(0, 4));
  ring.clear();
  assert.equal(ring.push(10, frames(10, 4)), 4);
  assert.equal(ring.contiguousFrom(10), 4);
});

test('a capacity that is not a power of two is refused', () => {
  assert.throws(() => new FrameRing(100), RangeError);
});
