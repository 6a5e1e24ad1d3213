import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DueClock } from '../../web/due-clock.js';

function makeClock() {
  const time = { nowMs: 1000 };
  return { time, clock: new DueClock(() => time.nowMs) };
}

test('nothing is due before the station was heard of', () => {
  assert.equal(makeClock().clock.now(), null);
});

test('it goes on from what the station said, at the rate of the stream', () => {
  const { time, clock } = makeClock();
  clock.set(48000, 48000);
  time.nowMs += 500;
  assert.equal(clock.now(), 72000);
});

test('an early chunk is proof, a late one is hardly believed', () => {
  const { time, clock } = makeClock();
  clock.set(0, 44100);
  time.nowMs += 100;
  clock.observe(8820); // says that 200 ms have passed
  assert.equal(clock.now(), 8820);
  time.nowMs += 600;
  clock.observe(8820 + 4410); // half a second late
  assert.ok(Math.abs(clock.now() - (8820 + 26460 - 44.1)) < 1e-6);
});

test('a page whose time runs fast is held to the station', () => {
  const { time, clock } = makeClock();
  clock.set(0, 44100);
  for (let i = 1; i <= 1000; i++) {
    time.nowMs += 100.05; // 500 millionths too fast
    clock.observe(i * 4410);
  }
  assert.ok(Math.abs(clock.now() - 4410000) < 100);
});
