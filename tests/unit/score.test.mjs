import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitChord } from '../../web/now-sounding.js';
import { Score } from '../../web/score.js';

/** A phrase of two bars of 100 frames, a chord and a note in each. */
function phrase(start, more = {}) {
  return {
    type: 'phrase',
    start_frame: start,
    frames: 200,
    bar_frames: [start, start + 100],
    bar_bpm: [70, 74],
    key: 'A',
    mode: 'aeolian',
    section: 2,
    chords: [
      { frame: start, frames: 100, name: 'Am9' },
      { frame: start + 100, frames: 100, name: 'Fmaj7' },
    ],
    notes: [
      { frame: start, frames: 150, midi: 60, velocity: 60, role: 'pad' },
      { frame: start + 100, frames: 50, midi: 72, velocity: 60, role: 'lead' },
    ],
    ends: [],
    ...more,
  };
}

test('it knows the chord, the next chord and the tempo of a moment', () => {
  const score = new Score();
  score.add(phrase(1000));
  score.add(phrase(1200));
  assert.equal(score.chordAt(1099)?.name, 'Am9');
  assert.equal(score.chordAt(1100)?.name, 'Fmaj7');
  assert.equal(score.chordAfter(1100)?.frame, 1200);
  assert.equal(score.bpmAt(1050), 70);
  assert.equal(score.bpmAt(1150), 74);
  assert.equal(score.chordAt(999), undefined);
  assert.equal(score.bpmAt(999), undefined);
});

test('a chord that goes on into the next phrase is not the next chord', () => {
  const score = new Score();
  score.add(phrase(0));
  score.add(
    phrase(200, {
      chords: [
        { frame: 200, frames: 100, name: 'Fmaj7' },
        { frame: 300, frames: 100, name: 'Dm9' },
      ],
    }),
  );
  assert.equal(score.chordAfter(150)?.name, 'Dm9');
});

test('a phrase that begins inside another takes what follows, and leaves what began before', () => {
  const score = new Score();
  score.add(phrase(0));
  score.add(
    phrase(50, { key: 'D', chords: [{ frame: 50, frames: 200, name: 'Dm' }], notes: [] }),
  );
  assert.equal(score.chordAt(49)?.name, 'Am9');
  assert.equal(score.chordAt(50)?.name, 'Dm');
  assert.equal(score.phraseAt(60)?.key, 'D');
  assert.deepEqual(
    score.notes.map(({ midi }) => midi),
    [60],
  );
});

test('notes that a phrase names end where it says', () => {
  const score = new Score();
  score.add(phrase(0));
  score.add(phrase(120, { notes: [], ends: [{ frame: 130, role: 'pad', midi: 60 }] }));
  assert.deepEqual(
    score.notes.map(({ midi, frames }) => [midi, frames]),
    [
      [60, 130],
      [72, 50],
    ],
  );
});

test('a phrase that is told again changes nothing', () => {
  const score = new Score();
  score.add(phrase(0));
  score.add(phrase(200));
  const before = JSON.stringify(score);
  score.add(phrase(0));
  score.add(phrase(200));
  assert.equal(JSON.stringify(score), before);
});

test('what is over is forgotten', () => {
  const score = new Score();
  score.add(phrase(0));
  score.add(phrase(200));
  score.prune(300);
  assert.equal(score.phrases.length, 1);
  assert.equal(score.notes.length, 2);
  score.prune(1000);
  assert.equal(score.notes.length + score.chords.length + score.phrases.length, 0);
});

test('the last note of a role is the one that began last, sounding or not', () => {
  const score = new Score();
  score.add(phrase(0));
  assert.equal(score.lastNote(99, 'lead'), undefined);
  assert.equal(score.lastNote(100, 'lead')?.midi, 72);
  assert.equal(score.lastNote(199, 'lead')?.midi, 72);
  assert.equal(score.lastNote(199, 'pad')?.midi, 60);
});

test('it knows when what sounds changes next', () => {
  const score = new Score();
  assert.equal(score.changeAfter(0), Infinity);
  score.add(
    phrase(0, { notes: [{ frame: 40, frames: 10, midi: 72, velocity: 60, role: 'lead' }] }),
  );
  assert.equal(score.changeAfter(0), 40);
  assert.equal(score.changeAfter(40), 100);
  assert.equal(score.changeAfter(100), Infinity);
});

test('it counts the bars of a section across phrases, and after forgetting', () => {
  const score = new Score();
  score.add(phrase(0));
  score.add(phrase(200));
  assert.equal(score.sectionBarAt(350), 4);
  score.prune(350);
  assert.equal(score.sectionBarAt(350), 4);
  score.clear();
  assert.equal(score.sectionBarAt(350), undefined);
});

test('a chord name splits into its root and its colour', () => {
  assert.deepEqual(splitChord('C#m7b5'), ['C', '♯', 'm7♭5']);
  assert.deepEqual(splitChord('Bbadd9'), ['B', '♭', 'add9']);
  assert.deepEqual(splitChord('A'), ['A', '', '']);
  assert.deepEqual(splitChord('–'), ['–', '', '']);
});
