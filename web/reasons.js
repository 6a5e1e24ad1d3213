// @ts-check
/*
 * reasons - why the music is as it is, from what chords and notes say of themselves.
 *
 * Pure: no document.
 */
import { ARC_PARTS, CHORD_RULES, NOTE_RULES, SECTION_BARS } from './rules.js';

/** @typedef {import('./protocol.js').Chord} Chord */
/** @typedef {import('./protocol.js').Note} Note */
/** @typedef {import('./protocol.js').PhraseMessage} Phrase */
/** @typedef {{degree: string, share: number, isChosen: boolean}} Lot  share: 0 to 1 */

export const STEPS = 7; // of a scale
const NUMERALS = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII'];

/** @param {string} degree "bVII", "iv" @returns {number} step of the scale, from 0; -1: none */
export function degreeStep(degree) {
  return NUMERALS.indexOf(/[IV]+/.exec(degree.toUpperCase())?.[0] ?? '');
}

/**
 * The draw that chose a chord, each degree at its step of the scale.
 * @param {Chord | undefined} chord
 * @returns {(Lot | null)[]} [STEPS]
 */
export function drawOf(chord) {
  /** @type {(Lot | null)[]} */
  const lots = Array(STEPS).fill(null);
  if (!chord) return lots;
  const { degree, probability: share, alternatives } = chord;
  for (const other of alternatives) {
    const { degree: label, probability } = other;
    lots[degreeStep(label)] = { degree: label, share: probability, isChosen: false };
  }
  lots[degreeStep(degree)] = { degree, share, isChosen: true };
  return lots;
}

/** @param {number} share @returns {string} "35 %" */
export function shareWords(share) {
  return `${Math.round(share * 100)} %`;
}

/** @param {Chord | undefined} chord @returns {[string, string, string]} degree, rule, reason */
export function chordReason(chord) {
  if (!chord) return ['', '', ''];
  const share = chord.why === 'drawn' ? ` at ${shareWords(chord.probability)}` : '';
  return [chord.degree, ` · ${chord.why}${share}`, CHORD_RULES[chord.why] ?? ''];
}

/** @param {Note | undefined} note @returns {string} */
export function noteReason(note) {
  return note ? (NOTE_RULES[note.why] ?? note.why) : 'It rests.';
}

/**
 * @param {Phrase | undefined} phrase
 * @param {number | undefined} bar of the section
 * @returns {{part: number, partWords: string, arcWords: string}} part: of the arc, -1: none
 */
export function formWords(phrase, bar) {
  if (!phrase) return { part: -1, partWords: '', arcWords: '' };
  const part = phrase.section % ARC_PARTS.length;
  const name = ARC_PARTS[part][0].toUpperCase() + ARC_PARTS[part].slice(1);
  return {
    part,
    partWords: bar === undefined ? name : `${name}, bar ${bar} of ${SECTION_BARS}`,
    arcWords: `arc ${phrase.arc + 1}`,
  };
}
