// @ts-check
/*
 * heard-notes - beside each control: when the last change of it is heard, or why it was
 * refused. Counted down for the eye, said once for a screen reader.
 */
import { effectWords } from './control-model.js';
import { setText } from './now-sounding.js';

/** @typedef {import('./control-model.js').Control} Control */
/**
 * @typedef {{
 *   element: HTMLElement, rest: string, kind: 'rest' | 'counting' | 'shown',
 *   atMs: number, verb: string
 * }} Note  atMs: when it is heard, or when the words go away
 */

const HEARD_MS = 2500;
const REFUSED_MS = 8000;

export class HeardNotes {
  /** @param {HTMLElement} announcer a live region */
  constructor(announcer) {
    this.announcer = announcer;
    /** @type {Map<string, Note>} */
    this.notes = new Map();
  }

  /** @param {Control} control @param {HTMLElement} element */
  add(control, element) {
    const rest = effectWords(control.effect);
    element.textContent = rest;
    this.notes.set(control.name, { element, rest, kind: 'rest', atMs: 0, verb: '' });
  }

  clear() {
    this.notes.clear();
  }

  /** @param {Note} note @param {string} text @param {string} tone */
  write(note, text, tone) {
    setText(note.element, text);
    note.element.dataset.tone = tone;
  }

  /**
   * @param {string} name
   * @param {number} inMs
   * @param {boolean} isPlaying
   * @param {string} title
   */
  count(name, inMs, isPlaying, title) {
    const note = this.notes.get(name);
    if (!note) return;
    note.kind = 'counting';
    note.verb = isPlaying ? 'heard' : 'there';
    note.atMs = performance.now() + Math.max(0, inMs);
    this.tickNote(note, performance.now());
    this.announcer.textContent = `${title}: ${note.verb} in ${(inMs / 1000).toFixed(1)} seconds`;
  }

  /** @param {string} name @param {string} reason @param {string} title */
  refuse(name, reason, title) {
    this.show(name, reason, 'refused', REFUSED_MS);
    this.announcer.textContent = `${title} refused: ${reason}`;
  }

  /** @param {string} name @param {string} text @param {string} tone @param {number} forMs */
  show(name, text, tone, forMs = HEARD_MS) {
    const note = this.notes.get(name);
    if (!note) return;
    note.kind = 'shown';
    note.atMs = performance.now() + forMs;
    this.write(note, text, tone);
  }

  /** A few times a second. */
  tick() {
    const now = performance.now();
    for (const note of this.notes.values()) this.tickNote(note, now);
  }

  /** @param {Note} note @param {number} now */
  tickNote(note, now) {
    const leftMs = note.atMs - now;
    if (note.kind === 'counting' && leftMs > 0) {
      this.write(note, `${note.verb} in ${(leftMs / 1000).toFixed(1)} s`, 'counting');
    } else if (note.kind === 'counting') {
      note.kind = 'shown';
      note.atMs = now + HEARD_MS;
      this.write(note, `${note.verb} now`, 'heard');
    } else if (note.kind === 'shown' && leftMs <= 0) {
      note.kind = 'rest';
      this.write(note, note.rest, 'rest');
    }
  }
}
