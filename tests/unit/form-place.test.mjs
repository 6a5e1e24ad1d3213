import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addBars, pruneBars, sectionBar } from '../../web/form-place.js';

const BAR = 100;

/** Bars of BAR frames; bar numbers count from the stream's birth. */
function phrase(firstBar, n, section, more = {}) {
  return {
    start_frame: firstBar * BAR,
    frames: n * BAR,
    bar_frames: Array.from({ length: n }, (_, i) => (firstBar + i) * BAR),
    section,
    ...more,
  };
}

const barsOf = (...phrases) => phrases.reduce(addBars, []);
const barAt = (bars, bar) => sectionBar(bars, bar * BAR + 50);

test('bars are counted from the birth of the stream, and from where a section begins', () => {
  const bars = barsOf(phrase(0, 8, 0), phrase(8, 8, 0), phrase(16, 8, 1));
  assert.equal(barAt(bars, 0), 1);
  assert.equal(barAt(bars, 15), 16);
  assert.equal(barAt(bars, 16), 1);
  assert.equal(sectionBar(bars, 16 * BAR - 1), 16);
  assert.equal(sectionBar(bars, 16 * BAR), 1);
  assert.equal(barAt(bars, 24), undefined);
});

test('who joins inside a section has its bars counted back from its end', () => {
  const joined = barsOf(phrase(40, 8, 2));
  assert.equal(barAt(joined, 42), undefined);
  const known = addBars(joined, phrase(48, 8, 3));
  assert.equal(barAt(known, 40), 9);
  assert.equal(barAt(known, 47), 16);
  assert.equal(barAt(known, 48), 1);
});

test('a section that a listener cuts short is not counted back from its end', () => {
  const bars = barsOf(phrase(40, 8, 2), phrase(43, 8, 3));
  assert.equal(barAt(bars, 41), undefined);
  assert.equal(barAt(bars, 43), 1);
  const whole = barsOf(phrase(32, 8, 1), phrase(40, 8, 2), phrase(43, 8, 3));
  assert.equal(barAt(whole, 41), 2);
});

test('a phrase that starts inside a bar leaves the count as it is', () => {
  const middle = { start_frame: 3 * BAR + 25, frames: 5 * BAR - 25 };
  const bars = barsOf(phrase(0, 8, 0), phrase(3, 5, 0, middle), phrase(8, 8, 0));
  assert.equal(bars.length, 16);
  assert.equal(sectionBar(bars, 3 * BAR + 10), 4);
  assert.equal(sectionBar(bars, 3 * BAR + 30), 4);
  assert.equal(barAt(bars, 12), 13);
});

test('across a hole in what is known nothing is counted', () => {
  const bars = barsOf(phrase(0, 8, 0), phrase(24, 8, 1));
  assert.equal(barAt(bars, 3), 4);
  assert.equal(barAt(bars, 25), undefined);
});

test('what is over is forgotten but for what the count needs', () => {
  const bars = barsOf(phrase(0, 8, 0), phrase(8, 8, 0), phrase(16, 8, 1), phrase(24, 8, 1));
  const pruned = pruneBars(bars, 27 * BAR);
  assert.equal(pruned.length, 17);
  assert.equal(barAt(pruned, 27), 12);
  assert.deepEqual(pruneBars(pruned, 27 * BAR), pruned);
});

test('phrases that are told again change nothing', () => {
  const phrases = [phrase(32, 8, 1), phrase(40, 8, 2), phrase(43, 8, 3)];
  assert.deepEqual(phrases.reduce(addBars, barsOf(...phrases)), barsOf(...phrases));
});
