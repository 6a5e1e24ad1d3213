// The MIDI files that the composer writes, read back by two who know nothing of it: an npm parser and
// FluidSynth's own player. What they find is what the journal of the same composition says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { CHECKS, ROLES, findings, heard } from './midi_checks.mjs';
import { readJournal } from './journal.mjs';
import { FONT, hasPlayer, listen, mostSeconds, play } from './midi_player.mjs';

const BUILD = process.env.AURALIS_BUILD ?? new URL('../../build/dev', import.meta.url).pathname;
const COMPOSERD = join(BUILD, 'composerd/auralis-composerd');
const set = (values) => Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
const PIECES = {
  focus: ['--preset', 'focus'],
  meditation: ['--preset', 'meditation'],
  sleep: ['--preset', 'sleep'],
  bright: ['--preset', 'bright'],
  'fast, with 6 flats': set({ 'params.bpm': 120, 'params.key': 'Eb', 'params.mode': 'aeolian', 'params.mix.lead': 1 }),
  'with 7 sharps, at 48 kHz': set({ 'params.bpm': 97.3, 'params.key': 'C# major', 'station.sample_rate': 48000 }),
  'phrygian, with too many flats': set({ 'params.key': 'Ab', 'params.mode': 'phrygian', 'params.mix.bass': 0 }),
  'mixolydian': set({ 'params.key': 'Bb', 'params.mode': 'mixolydian', 'params.intensity': 1 }),
};

const folder = mkdtempSync(join(tmpdir(), 'auralis-midi-'));
after(() => rmSync(folder, { recursive: true }));

/** Composes into a journal and a MIDI file at once. */
function compose(wishes, minutes, seed) {
  const path = join(folder, 'piece.mid');
  const result = spawnSync(COMPOSERD, ['--compose', '--seed', seed, '--minutes', minutes, '--midi', path, ...wishes],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(result.status, 0, `${result.error ?? result.stderr}`);
  return { bytes: readFileSync(path), piece: readJournal(result.stdout) };
}

/** A copy in which the byte `offset` behind the first `pattern` is another. */
function damage(bytes, pattern, offset, change) {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(Buffer.from(pattern));
  assert.notEqual(at, -1, `no ${pattern} in the file`);
  copy[at + offset] = change(copy[at + offset]);
  return copy;
}

/** The bytes with which the first note of a role begins. */
function firstOn({ notes }, role) {
  const { midi, velocity } = notes.find((note) => note.role === role);
  return [0x90 + ROLES.indexOf(role), midi, velocity];
}

describe('a parser reads what the journal says', () => {
  let seed = 1;
  for (const [name, wishes] of Object.entries(PIECES)) {
    test(`half an hour, ${name}`, (t) => {
      const { bytes, piece } = compose(wishes, '30', String(seed++));
      assert.ok(piece.notes.length > 100 && piece.bars.length > 100 && piece.chords.length > 20);
      for (const check of Object.keys(CHECKS)) {
        assert.deepEqual(findings(check, bytes, piece).slice(0, 5), [], check);
      }
      t.diagnostic(`${piece.notes.length} notes, ${piece.bars.length} bars, ${bytes.length} bytes`);
    });
  }

  test('and the longest seed is in the title', () => {
    const { bytes, piece } = compose([], '1', '18446744073709551615');
    assert.deepEqual(findings('setUp', bytes, piece), []);
  });

  test('and finds every damage', () => {
    const { bytes, piece } = compose(PIECES.focus, '5', '7');
    const on = firstOn(piece, 'pad');
    const damages = [
      ['notes', 'another pitch', damage(bytes, on, 1, (pitch) => pitch ^ 1)],
      ['notes', 'another velocity', damage(bytes, on, 2, (velocity) => velocity ^ 1)],
      ['notes', 'two ticks late', damage(bytes, on, -1, (delta) => delta + 2)],
      ['notes', 'on and off confused', damage(bytes, on, 0, () => 0x80)],
      ['notes', 'another name of a track', damage(bytes, Buffer.from('pad'), 0, (letter) => letter + 1)],
      ['notes', 'half of the file', bytes.subarray(0, bytes.length / 2)],
      ['tempo', 'another tempo', damage(bytes, [0xff, 0x51, 3], 4, (byte) => byte ^ 1)],
      ['tempo', 'in 5/4', damage(bytes, [0xff, 0x58, 4], 3, () => 5)],
      ['keys', 'another accidental', damage(bytes, [0xff, 0x59, 2], 3, (sharps) => sharps + 1)],
      ['keys', 'major for minor', damage(bytes, [0xff, 0x59, 2], 4, (minor) => 1 - minor)],
      ['markers', 'another chord', damage(bytes, Buffer.from(piece.chords[1].name), 0, (letter) => letter + 1)],
      ['markers', 'another section', damage(bytes, Buffer.from('Section 2'), 8, () => 0x33)],
      ['setUp', 'another program', damage(bytes, [0xc0, 89], 1, () => 90)],
      ['setUp', 'another level', damage(bytes, [0xb0, 7], 2, (level) => level - 1)],
      ['setUp', 'another pan', damage(bytes, [0xb1, 10], 2, (pan) => pan - 1)],
      ['setUp', 'another title', damage(bytes, Buffer.from('seed 7'), 5, () => 0x38)],
    ];
    for (const [check, what, damaged] of damages) {
      assert.deepEqual(findings(check, bytes, piece), []);
      assert.notDeepEqual(findings(check, damaged, piece), [], what);
    }
  });
});

/** What FluidSynth's player does wrong with a file. */
function playerFindings(bytes, piece) {
  const path = join(folder, 'played.mid');
  writeFileSync(path, bytes);
  const played = play(path, mostSeconds(piece));
  const wrong = ROLES.flatMap((role, channel) => {
    const expected = piece.notes.filter((note) => note.role === role)
      .map(({ midi, velocity }) => `${midi} ${velocity}`);
    const found = played.notes.filter((note) => note.channel === channel).map(({ text }) => text);
    return found.join() === expected.join() ? [] : [`${role}: ${found.length} notes are not the journal's ${expected.length}`];
  });
  if (played.notes.length !== piece.notes.length || played.ended !== piece.notes.length) {
    wrong.push(`${played.notes.length} begin and ${played.ended} end, not ${piece.notes.length}`);
  }
  return [...wrong, ...listen(played, piece, heard(piece, 'pad'))];
}

const skip = hasPlayer() ? (existsSync(FONT) ? false : `${FONT} is missing`) : 'fluidsynth is missing';
describe("FluidSynth's player plays what the journal says", { skip }, () => {
  for (const name of ['focus', 'sleep', 'fast, with 6 flats']) {
    test(`ten minutes, ${name}`, () => {
      const { bytes, piece } = compose(PIECES[name], '10', '42');
      assert.deepEqual(playerFindings(bytes, piece), []);
    });
  }

  test('and another pitch, a note too few, one without end, a slow tempo and silence are found', () => {
    const { bytes, piece } = compose(PIECES.focus, '3', '42');
    let silent = bytes;
    for (const channel of ROLES.keys()) silent = damage(silent, [0xb0 + channel, 7], 2, () => 0);
    assert.deepEqual(playerFindings(bytes, piece), []);
    for (const [what, damaged, expected] of [
      ['another pitch', damage(bytes, firstOn(piece, 'kick'), 1, (pitch) => pitch ^ 1), /^kick: .* not the journal's/],
      ['a note too few', damage(bytes, firstOn(piece, 'kick'), 2, () => 0), /^kick: .* begin and /s],
      ['one without end', damage(bytes, firstOn(piece, 'pad'), 1, (pitch) => pitch ^ 1), /lasts .* and longer/],
      ['a slow tempo', damage(bytes, [0xff, 0x51, 3], 3, (byte) => byte + 1), /lasts/],
      ['silence', silent, /silent/],
    ]) {
      assert.match(playerFindings(damaged, piece).join('\n'), expected, what);
    }
  });
});
