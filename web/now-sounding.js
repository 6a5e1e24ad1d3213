// @ts-check
/*
 * now-sounding - says in words what sounds at the moment: chord, key and mode, tempo, what
 * follows.
 */
import { prettyPitch } from './control-model.js';
import { paintMode } from './palette.js';

/** @typedef {import('./score.js').Score} Score */

/** @param {string} name "C#m9" @returns {[string, string, string]} ["C", "♯", "m9"] */
export function splitChord(name) {
  const [, root, accidental, colour] = /^([A-G])([♯♭]?)(.*)$/.exec(prettyPitch(name)) ?? [];
  return root ? [root, accidental, colour] : [name, '', ''];
}

/** @param {Element} element @param {string} text written only when it differs */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export class NowSounding {
  /**
   * @param {Score} score
   * @param {Record<'root' | 'accidental' | 'colour' | 'piece' | 'next', Element>} elements
   */
  constructor(score, elements) {
    this.score = score;
    this.elements = elements;
  }

  /** @param {number | null} frame at the ear @param {number} rate */
  show(frame, rate) {
    const chord = frame === null ? undefined : this.score.chordAt(frame);
    const [root, accidental, colour] = splitChord(chord?.name ?? '–');
    setText(this.elements.root, root);
    setText(this.elements.accidental, accidental);
    setText(this.elements.colour, colour);
    setText(this.elements.piece, (frame !== null && this.pieceWords(frame)) || '\u00a0');
    setText(this.elements.next, (frame !== null && this.nextWords(frame, rate)) || '\u00a0');
    if (frame !== null) paintMode(this.score.phraseAt(frame)?.mode);
  }

  /** @param {number} frame @returns {string} "A aeolian · 70 bpm · section 3" */
  pieceWords(frame) {
    const phrase = this.score.phraseAt(frame);
    if (!phrase) return '';
    const bpm = this.score.bpmAt(frame);
    const words = [`${prettyPitch(phrase.key)} ${phrase.mode}`];
    if (bpm !== undefined) words.push(`${Math.round(bpm)} bpm`);
    words.push(`section ${phrase.section + 1}`);
    return words.join(' · ');
  }

  /** @param {number} frame @param {number} rate @returns {string} "then Fmaj9 in 4 s" */
  nextWords(frame, rate) {
    const next = this.score.chordAfter(frame);
    if (!next) return '';
    const seconds = Math.ceil((next.frame - frame) / rate);
    return `then ${prettyPitch(next.name)} in ${seconds} s`;
  }
}
