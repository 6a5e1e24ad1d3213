import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunksForJitter, DepthPolicy, JitterEstimator } from '../../web/jitter.js';

test('depth is 3, 5, 7 or 10 chunks for a jitter under 10, 25, 50 ms or above', () => {
  const depths = [0, 9.9, 10, 24.9, 25, 49.9, 50, 1000].map(chunksForJitter);
  assert.deepEqual(depths, [3, 3, 5, 5, 7, 7, 10, 10]);
});

test('chunks that come evenly have no jitter, however late they are', () => {
  const jitter = new JitterEstimator();
  for (let i = 0; i < 50; i++) jitter.observe(1e6 + 777 + i * 100, i * 100);
  assert.equal(jitter.jitterMs, 0);
});

test('jitter is smoothed by a tenth', () => {
  const jitter = new JitterEstimator();
  jitter.observe(0, 0);
  jitter.observe(140, 100); // 40 ms late
  assert.ok(Math.abs(jitter.jitterMs - 4) < 1e-9);
  jitter.observe(200, 200); // on time: 40 ms nearer than due
  assert.ok(Math.abs(jitter.jitterMs - 7.6) < 1e-9);
});

test('chunks that alternate by 30 ms come to a jitter of 30 ms', () => {
  const jitter = new JitterEstimator();
  for (let i = 0; i < 200; i++) jitter.observe(i * 100 + (i % 2) * 30, i * 100);
  assert.ok(Math.abs(jitter.jitterMs - 30) < 0.1);
});

test('what lies before an interruption is not compared with what comes after', () => {
  const jitter = new JitterEstimator();
  jitter.observe(0, 0);
  jitter.interrupt();
  jitter.observe(5000, 100);
  assert.equal(jitter.jitterMs, 0);
});

test('one late chunk does not change the depth, jitter that lasts does', () => {
  const policy = new DepthPolicy({ riseAfterMs: 3000, fallAfterMs: 30000 });
  assert.equal(policy.update(0, 1), 3);
  assert.equal(policy.update(100, 30), 3);
  assert.equal(policy.update(1000, 5), 3);
  assert.equal(policy.update(2000, 30), 3);
  assert.equal(policy.update(4900, 30), 3);
  assert.equal(policy.update(5000, 30), 7);
});

test('the depth comes down only after a long calm', () => {
  const policy = new DepthPolicy({ riseAfterMs: 0, fallAfterMs: 30000 });
  assert.equal(policy.update(0, 60), 10);
  assert.equal(policy.update(1000, 1), 10);
  assert.equal(policy.update(20000, 60), 10);
  assert.equal(policy.update(21000, 1), 10);
  assert.equal(policy.update(50900, 1), 10);
  assert.equal(policy.update(51000, 1), 3);
});

test('when the buffer ran dry the depth rises without waiting', () => {
  const policy = new DepthPolicy();
  policy.update(0, 30);
  assert.equal(policy.hurry(), 7);
});
