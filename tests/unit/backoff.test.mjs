import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../web/backoff.js';

test('it tries at once, then after 1, 2, 4, 8 and 15 s, and goes on for ever', () => {
  const backoff = new Backoff(() => 0.5);
  const waits = Array.from({ length: 8 }, () => backoff.next());
  assert.deepEqual(waits, [0, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test('each wait is spread by 20 %', () => {
  const early = new Backoff(() => 0);
  const late = new Backoff(() => 1);
  assert.deepEqual([early.next(), early.next(), early.next()], [0, 800, 1600]);
  assert.deepEqual([late.next(), late.next(), late.next()], [0, 1200, 2400]);
});

test('after a success it begins anew', () => {
  const backoff = new Backoff(() => 0.5);
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 0);
});
