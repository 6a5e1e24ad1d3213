import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameRing } from '../../web/frame-ring.js';
import { HALF_TAPS, Interpolator } from '../../web/resample.js';
import { RingReader } from '../../web/ring-reader.js';
import { RateServo, TRIM_MAX } from '../../web/servo.js';

const RATE = 44100;

/** A ring that holds one second of a tone on the left and a quarter of it on the right. */
function ringOfTone(hz) {
  const pcm = new Int16Array(RATE * 2);
  for (let i = 0; i < RATE; i++) {
    pcm[2 * i] = Math.round(20000 * Math.sin((2 * Math.PI * hz * i) / RATE));
    pcm[2 * i + 1] = Math.round(5000 * Math.sin((2 * Math.PI * hz * i) / RATE));
  }
  const ring = new FrameRing(2 ** 16);
  ring.push(0, pcm);
  return ring;
}

/** Signal to error in dB of `samples` against the tone they should be. */
function quality(samples, hz, rate, firstFrame, gain) {
  let signal = 0;
  let error = 0;
  samples.forEach((sample, i) => {
    const wanted = (gain / 32768) * Math.sin(2 * Math.PI * hz * (firstFrame / RATE + i / rate));
    signal += wanted * wanted;
    error += (sample - wanted) ** 2;
  });
  return 10 * Math.log10(signal / error);
}

/** Reads `count` frames of output from frame 1000 on. */
function readTone(hz, contextRate, count) {
  const reader = new RingReader(ringOfTone(hz), RATE / contextRate);
  const left = new Float32Array(count);
  const right = new Float32Array(count);
  reader.moveTo(1000);
  reader.read(left, right, 0, count);
  return { left, right };
}

test('at a whole frame the interpolator gives that frame', () => {
  const ring = ringOfTone(3000);
  const interpolator = new Interpolator(1);
  for (const frame of [100, 101, 777]) {
    interpolator.interpolate(ring.samples, ring.mask, frame, 0);
    assert.ok(Math.abs(interpolator.left - ring.samples[2 * frame] / 32768) < 1e-6);
    assert.ok(Math.abs(interpolator.right - ring.samples[2 * frame + 1] / 32768) < 1e-6);
  }
});

test('without a trim at the stream rate, samples pass through bit by bit', () => {
  const ring = ringOfTone(441);
  const reader = new RingReader(ring, 1);
  const left = new Float32Array(500);
  const right = new Float32Array(500);
  reader.moveTo(60);
  reader.read(left, right, 0, 500);
  for (let i = 0; i < 500; i++) {
    assert.equal(left[i], ring.samples[2 * (60 + i)] / 32768);
    assert.equal(right[i], ring.samples[2 * (60 + i) + 1] / 32768);
  }
});

test('from 44.1 to 48 kHz a tone keeps its pitch, with errors below -75 dB up to 10 kHz', () => {
  for (const hz of [100, 1000, 10000]) {
    const { left, right } = readTone(hz, 48000, 20000);
    assert.ok(quality(left, hz, 48000, 1000, 20000) > 75, `${hz} Hz left`);
    assert.ok(quality(right, hz, 48000, 1000, 5000) > 70, `${hz} Hz right`);
  }
});

test('to a slower output a tone in its band stays, one above it goes', () => {
  const low = readTone(2000, 22050, 10000);
  assert.ok(quality(low.left, 2000, 22050, 1000, 20000) > 55);
  const high = readTone(18000, 22050, 10000);
  assert.ok(Math.max(...high.left.map(Math.abs)) < 0.01);
});

test('as much output is promised as can be read', () => {
  const ring = new FrameRing(1024);
  ring.push(0, new Int16Array(1000));
  const reader = new RingReader(ring, 0.91875);
  assert.equal(reader.outputLeft(), Math.floor((500 - HALF_TAPS - 1) / 0.91875));
});

test('when a trim is over, reading comes to rest on a whole frame', () => {
  for (const trim of [TRIM_MAX, -TRIM_MAX, 0.0007]) {
    const ring = ringOfTone(441);
    const reader = new RingReader(ring, 1);
    const left = new Float32Array(3000);
    const right = new Float32Array(3000);
    reader.moveTo(100);
    reader.setTrim(trim);
    reader.read(left, right, 0, 750);
    reader.setTrim(0);
    reader.read(left, right, 750, 2250);
    assert.equal(reader.fraction, 0);
    assert.equal(reader.step, 1);
    const steps = left.slice(1).map((sample, i) => Math.abs(sample - left[i]));
    const largest = (20000 / 32768) * ((2 * Math.PI * 441) / RATE) * 1.01;
    assert.ok(Math.max(...steps) < largest, `no click at a trim of ${trim}`);
  }
});

test('the servo does nothing while the depth is about right', () => {
  const servo = new RateServo(true);
  for (const depthMs of [300, 250, 400, 300]) assert.equal(servo.update(depthMs, 300), 0);
});

test('the servo plays slower when the buffer is shallow, faster when deep, never past 0.2 %', () => {
  const shallow = new RateServo(true);
  const deep = new RateServo(true);
  for (let i = 0; i < 100; i++) {
    shallow.update(50, 300);
    deep.update(5000, 300);
  }
  assert.equal(shallow.trim, -TRIM_MAX);
  assert.equal(deep.trim, TRIM_MAX);
});

test('the servo moves slowly, and lets go when the depth is right', () => {
  const servo = new RateServo(true);
  assert.ok(servo.update(5000, 300) <= TRIM_MAX / 20);
  for (let i = 0; i < 50; i++) servo.update(5000, 300);
  for (let i = 0; i < 50; i++) servo.update(301, 300);
  assert.equal(servo.trim, 0);
});

test('a servo that is off holds the rate', () => {
  const servo = new RateServo(false);
  assert.equal(servo.update(9999, 300), 0);
});
