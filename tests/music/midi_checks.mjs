// What a MIDI file must be for a journal, by the word of a parser that is not ours; each check
// returns what is wrong, a line each.
import { readFileSync } from 'node:fs';
import tonejs from '@tonejs/midi';

const TOLERANCE_S = 0.001;
const DRIFT_S = 0.00026; /* of bar lines: midi_file.h, and the rounding of one bar */
const BLOCK_FRAMES = 64; /* bars last whole blocks */
const DRUM_CHANNEL = 9;
const BEATS = 4;

/** Rows of a table of common/. */
function table(name, macro) {
  const text = readFileSync(new URL(`../../common/${name}.def`, import.meta.url), 'utf8');
  return [...text.matchAll(new RegExp(`^${macro}\\(([^)]*)\\)`, 'gm'))].map((row) =>
    row[1].split(',').map((field) => field.trim()),
  );
}

const MIX = Object.fromEntries(table('roles', 'ROLE').map(([role, mix]) => [role, mix.replace('_', '.')]));
/* name, role, band, font, bank, program, texture_program, key, pan */
const PROGRAMS = Object.fromEntries(table('timbres', 'TIMBRE').map((row) => [row[0], [Number(row[5]), Number(row[8])]]));
const MINOR = Object.fromEntries(table('modes', 'MODE').map((row) => [row[0], row.at(-1) === '1']));
export const ROLES = Object.keys(MIX);

/* Keys along the circle of fifths, from 7 flats to 7 sharps, and where a mode's parent lies from its tonic. */
const FIFTHS = 'Cb Gb Db Ab Eb Bb F C G D A E B F# C#'.split(' ');
const PARENT = { ionian: 0, dorian: -2, phrygian: -4, lydian: 1, mixolydian: -1, aeolian: -3 };

const byPitch = (a, b) => a.midi - b.midi || a.at - b.at;
const near = (a, b, tolerance) => Math.abs(a - b) <= tolerance;

/** Reads a file; throws what the parser throws. */
export const parse = (bytes) => new tonejs.Midi(bytes);

/** Items where something of the one before changes. */
const changes = (items, of) => items.filter((item, i) => i === 0 || of(item) !== of(items[i - 1]));

/** Notes of a role as they are heard: one that is struck again while it sounds ends there. */
export function heard(piece, role) {
  const notes = piece.notes.filter((note) => note.role === role)
    .map(({ midi, velocity, frame, end }) => ({ midi, velocity, at: frame / piece.rate, end: end / piece.rate }))
    .sort(byPitch);
  for (const [i, note] of notes.entries()) {
    if (notes[i + 1]?.midi === note.midi) note.end = Math.min(note.end, notes[i + 1].at);
  }
  return notes;
}

function roleNotes(track, expected) {
  const notes = track.notes.map(({ midi, velocity, time, duration }) => ({
    midi, velocity: Math.round(velocity * 127), at: time, end: time + duration,
  })).sort(byPitch);
  const wrong = notes.length === expected.length ? [] : [`${track.name}: ${notes.length} notes, not ${expected.length}`];
  for (const [i, note] of expected.entries()) {
    const found = notes[i];
    if (!found || found.midi !== note.midi || found.velocity !== note.velocity ||
        !near(found.at, note.at, TOLERANCE_S) || !near(found.end, note.end, TOLERANCE_S)) {
      wrong.push(`${track.name}: ${JSON.stringify(found)}, not ${JSON.stringify(note)}`);
    }
  }
  return wrong;
}

function notes(midi, piece) {
  const names = midi.tracks.map(({ name }) => name).join(' ');
  if (names !== ROLES.join(' ')) return [`tracks are ${names}`];
  return midi.tracks.flatMap((track) => roleNotes(track, heard(piece, track.name)));
}

function tempo(midi, piece) {
  const bar = BEATS * midi.header.ppq;
  const at = (i) => midi.header.ticksToSeconds(i * bar);
  const wrong = piece.bars.flatMap(({ frame, bpm }, i) => {
    const length = at(i + 1) - at(i);
    const good = near(at(i), frame / piece.rate, DRIFT_S) &&
      near(length, BEATS * 60 / bpm, BLOCK_FRAMES / 2 / piece.rate + 5e-6);
    return good ? [] : [`bar ${i} at ${at(i)} s for ${length} s, not at ${frame / piece.rate} s with ${bpm} bpm`];
  });
  if (midi.header.timeSignatures.map(({ timeSignature }) => timeSignature.join('/')).join() !== '4/4') {
    wrong.push('not in 4/4');
  }
  for (const { name, endOfTrackTicks, durationTicks } of midi.tracks) {
    const end = Math.max(piece.bars.length * bar, durationTicks);
    if (endOfTrackTicks !== end) wrong.push(`${name} ends at ${endOfTrackTicks}, not ${end}`);
  }
  return wrong;
}

/** Named things in time: what is expected, and at which second, against what was found at which tick. */
function compareInTime(midi, found, expected) {
  const wrong = found.length === expected.length ? [] : [`${found.length} found, ${expected.length} expected`];
  for (const [i, { name, at }] of expected.entries()) {
    const seconds = midi.header.ticksToSeconds(found[i]?.ticks);
    if (found[i]?.name !== name || !near(seconds, at, TOLERANCE_S)) {
      wrong.push(`${found[i]?.name} at ${seconds} s, not ${name} at ${at} s`);
    }
  }
  return wrong;
}

function keySignature({ key, mode }) {
  const sharps = (FIFTHS.includes(key) ? FIFTHS.indexOf(key) : NaN) - FIFTHS.indexOf('C') + PARENT[mode];
  const written = sharps > 7 ? sharps - 12 : sharps < -7 ? sharps + 12 : sharps;
  return `${FIFTHS[written + 7]} ${MINOR[mode] ? 'minor' : 'major'}`;
}

function keys(midi, piece) {
  const found = midi.header.keySignatures.map(({ key, scale, ticks }) => ({ name: `${key} ${scale}`, ticks }));
  const expected = changes(piece.bars, ({ key, mode }) => `${key} ${mode}`)
    .map((bar) => ({ name: keySignature(bar), at: bar.frame / piece.rate }));
  return compareInTime(midi, found, expected);
}

const isSection = ({ text }) => text.startsWith('Section ');

function markers(midi, piece) {
  const found = midi.header.meta.filter(({ type }) => type === 'marker');
  const named = (marks) => marks.map(({ text, ticks }) => ({ name: text, ticks }));
  const chords = changes(piece.chords, ({ name }) => name)
    .map(({ name, frame }) => ({ name, at: frame / piece.rate }));
  const sections = changes(piece.bars, ({ section }) => section)
    .map(({ section, frame }) => ({ name: `Section ${section + 1}`, at: frame / piece.rate }));
  return [
    ...compareInTime(midi, named(found.filter((mark) => !isSection(mark))), chords),
    ...compareInTime(midi, named(found.filter(isSection)), sections),
  ];
}

function setUp(midi, { params }) {
  const title = `Auralis: ${params.key} ${params.mode}, seed ${params.seed}`;
  const wrong = midi.header.name === title ? [] : [`the title is ${midi.header.name}`];
  const channels = new Set(midi.tracks.filter(({ notes }) => notes.length > 0).map(({ channel }) => channel));
  if (channels.has(DRUM_CHANNEL)) wrong.push('a role is on the drums\' channel');
  if (channels.size !== midi.tracks.filter(({ notes }) => notes.length > 0).length) wrong.push('a channel is shared');
  for (const { name, instrument, controlChanges } of midi.tracks) {
    const [program, pan] = PROGRAMS[name];
    const value = (control) => controlChanges[control]?.map((change) => Math.round(change.value * 127)).join();
    const level = Math.round(100 * params[MIX[name]] / 0.8);
    const found = [instrument.number, value(7), value(10)].join(' ');
    const expected = [program, level, 64 + Math.min(0, Math.trunc(pan * 63 / 100))].join(' ');
    if (found !== expected) wrong.push(`${name}: program, level and pan are ${found}, not ${expected}`);
  }
  return wrong;
}

export const CHECKS = { notes, tempo, keys, markers, setUp };

/** What a check, by its name, finds wrong with a file's bytes. */
export function findings(name, bytes, piece) {
  let midi;
  try {
    midi = parse(bytes);
  } catch (error) {
    return [`cannot be read: ${error}`];
  }
  return CHECKS[name](midi, piece);
}
