// @ts-check
/*
 * score - what is about to sound, from the phrases that the station announces.
 *
 * A phrase owns the timeline from its start on: what earlier ones wrote there is gone. Notes
 * that began before end as written, except those it names.
 *
 * Unit: absolute frames.
 * Pure: no document.
 */
import { addBars, pruneBars, sectionBar } from './form-place.js';

/** @typedef {import('./protocol.js').Chord} Chord */
/** @typedef {import('./protocol.js').Note} Note */
/** @typedef {import('./protocol.js').PhraseMessage} Phrase */

export class Score {
  /** @type {Phrase[]} */
  phrases = []; // by start_frame
  /** @type {Chord[]} */
  chords = []; // by frame
  /** @type {Note[]} */
  notes = []; // by frame
  /** @type {import('./form-place.js').Bar[]} */
  bars = []; // by frame

  clear() {
    this.phrases = [];
    this.chords = [];
    this.notes = [];
    this.bars = [];
  }

  /** @param {Phrase} phrase */
  add(phrase) {
    const start = phrase.start_frame;
    this.phrases = this.phrases.filter((other) => other.start_frame < start);
    this.phrases.push(phrase);
    this.chords = this.chords
      .filter(({ frame }) => frame < start)
      .map((chord) => ({ ...chord, frames: Math.min(chord.frames, start - chord.frame) }))
      .concat(phrase.chords);
    const kept = this.notes.filter(({ frame }) => frame < start);
    for (const end of phrase.ends ?? []) endNote(kept, end);
    this.notes = kept.concat(phrase.notes);
    this.bars = addBars(this.bars, phrase);
  }

  /** Forgets what ended before `frame`. @param {number} frame */
  prune(frame) {
    /** @param {{frame: number, frames: number}} item */
    const isLeft = (item) => item.frame + item.frames >= frame;
    this.chords = this.chords.filter(isLeft);
    this.notes = this.notes.filter(isLeft);
    this.phrases = this.phrases.filter((phrase) => phrase.start_frame + phrase.frames >= frame);
    this.bars = pruneBars(this.bars, frame);
  }

  /** @param {number} frame @returns {Chord | undefined} the one that sounds then */
  chordAt(frame) {
    return this.chords.find(
      (chord) => frame >= chord.frame && frame < chord.frame + chord.frames,
    );
  }

  /**
   * The next other chord: one that goes on is listed again where a phrase begins.
   * @param {number} frame @returns {Chord | undefined}
   */
  chordAfter(frame) {
    const now = this.chordAt(frame)?.name;
    return this.chords.find((chord) => chord.frame > frame && chord.name !== now);
  }

  /** @param {number} frame @returns {Phrase | undefined} the one that owns that moment */
  phraseAt(frame) {
    const owners = this.phrases.filter((phrase) => phrase.start_frame <= frame);
    return owners[owners.length - 1];
  }

  /** @param {number} frame @returns {number | undefined} tempo of the bar it lies in */
  bpmAt(frame) {
    const phrase = this.phraseAt(frame);
    if (!phrase) return undefined;
    const after = phrase.bar_frames.findIndex((start) => start > frame);
    const bar = (after < 0 ? phrase.bar_frames.length : after) - 1;
    return phrase.bar_bpm[Math.max(0, bar)];
  }

  /** @param {number} frame @returns {number | undefined} of its section, from 1, if known */
  sectionBarAt(frame) {
    return sectionBar(this.bars, frame);
  }

  /** @param {number} frame @param {string} role @returns {Note | undefined} the last begun */
  lastNote(frame, role) {
    const begun = this.notes.filter((note) => note.role === role && note.frame <= frame);
    return begun[begun.length - 1];
  }

  /** @param {number} frame @returns {number} where a chord, bar or note begins, or Infinity */
  changeAfter(frame) {
    const starts = [...this.chords, ...this.bars, ...this.notes].map((item) => item.frame);
    return starts.reduce(
      (next, start) => (start > frame && start < next ? start : next),
      Infinity,
    );
  }
}

/** @param {Note[]} notes @param {{frame: number, role: string, midi: number}} end */
function endNote(notes, end) {
  for (const [index, note] of notes.entries()) {
    const isSounding = note.frame < end.frame && note.frame + note.frames > end.frame;
    if (isSounding && note.role === end.role && note.midi === end.midi) {
      notes[index] = { ...note, frames: end.frame - note.frame };
    }
  }
}
