import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chordReason, degreeStep, drawOf, formWords, noteReason } from '../../web/reasons.js';
import { ARC_PARTS, CHORD_RULES, NOTE_RULES } from '../../web/rules.js';

const CHORD = {
  degree: 'VI',
  why: 'drawn',
  probability: 0.352,
  alternatives: [
    { degree: 'i', probability: 0.2 },
    { degree: 'bVII', probability: 0.448 },
  ],
};

test('a degree has its step whatever its case and accidentals are', () => {
  const labels = ['i', 'II', 'bIII', 'iv', 'v°', 'VI', 'vii°', 'bVII', '–'];
  assert.deepEqual(labels.map(degreeStep), [0, 1, 2, 3, 4, 5, 6, 6, -1]);
});

test('each degree of a draw lies at its step, and only the chosen one is lit', () => {
  const draw = drawOf(CHORD);
  assert.deepEqual(
    draw.map((lot) => lot && [lot.degree, lot.share, lot.isChosen]),
    [
      ['i', 0.2, false],
      null,
      null,
      null,
      null,
      ['VI', 0.352, true],
      ['bVII', 0.448, false],
    ],
  );
});

test('a chord that was not drawn stands alone, and none leaves all steps empty', () => {
  const lone = drawOf({ ...CHORD, why: 'character', probability: 1, alternatives: [] });
  assert.equal(lone.filter(Boolean).length, 1);
  assert.equal(lone[5].share, 1);
  assert.deepEqual(drawOf(undefined), Array(7).fill(null));
});

test('a chord is told by degree, rule and reason, with its share where it was drawn', () => {
  assert.deepEqual(chordReason(CHORD), ['VI', ' · drawn at 35 %', CHORD_RULES.drawn]);
  const pivot = { ...CHORD, why: 'pivot' };
  assert.deepEqual(chordReason(pivot), ['VI', ' · pivot', CHORD_RULES.pivot]);
  assert.deepEqual(chordReason(undefined), ['', '', '']);
});

test('a note is told by its rule, and a rule that the page does not know by its name', () => {
  assert.equal(noteReason({ why: 'melody.chord' }), NOTE_RULES['melody.chord']);
  assert.equal(noteReason({ why: 'melody.new' }), 'melody.new');
  assert.equal(noteReason(undefined), 'It rests.');
});

test('an arc goes through its parts, one section each', () => {
  const told = [4, 5, 6, 7].map((section) => formWords({ section, arc: 1 }, 3));
  assert.deepEqual(
    told.map(({ part }) => part),
    [0, 1, 2, 3],
  );
  assert.deepEqual(
    told.map(({ partWords }) => partWords.toLowerCase()),
    ARC_PARTS.map((name) => `${name}, bar 3 of 16`),
  );
  assert.equal(told[0].arcWords, 'arc 2');
});

test('where the bar is not known, only the part is told, and of no phrase nothing', () => {
  assert.equal(formWords({ section: 3, arc: 0 }, undefined).partWords, 'Falling back');
  assert.equal(formWords(undefined, undefined).part, -1);
});
