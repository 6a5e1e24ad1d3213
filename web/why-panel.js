// @ts-check
/*
 * why-panel - beside the chord: why it is there and what it was drawn from, why the melody's
 * last note is, and where in the form the music is.
 */
import { setText } from './now-sounding.js';
import { chordReason, drawOf, formWords, noteReason, shareWords, STEPS } from './reasons.js';
import { ARC_PARTS, SECTION_BARS } from './rules.js';

/** @typedef {import('./reasons.js').Lot} Lot */
/** @typedef {import('./score.js').Score} Score */
/** @typedef {'degree' | 'rule' | 'chord' | 'note' | 'part' | 'arc'} Words */

/** @param {Element} parent @param {string} tag @param {string} name of a class */
function append(parent, tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  parent.append(element);
  return element;
}

export class WhyPanel {
  /**
   * @param {Score} score
   * @param {Record<Words | 'draw' | 'form', HTMLElement>} elements
   */
  constructor(score, elements) {
    this.score = score;
    this.elements = elements;
    this.lots = Array.from({ length: STEPS }, () => {
      const item = append(elements.draw, 'li', 'lot');
      const degree = append(item, 'span', 'lot-degree');
      const share = append(item, 'span', 'lot-share');
      return { item, degree, share };
    });
    this.parts = ARC_PARTS.map(() => append(elements.form, 'span', 'form-part'));
  }

  /** @param {number | null} frame at the ear */
  show(frame) {
    const { score, elements } = this;
    const chord = frame === null ? undefined : score.chordAt(frame);
    const [degree, rule, reason] = chordReason(chord);
    setText(elements.degree, degree);
    setText(elements.rule, rule);
    setText(elements.chord, reason);
    const note = frame === null ? undefined : score.lastNote(frame, 'lead');
    setText(elements.note, noteReason(note));
    this.showDraw(drawOf(chord));
    this.showForm(frame);
  }

  /** @param {(Lot | null)[]} draw */
  showDraw(draw) {
    const most = Math.max(...draw.map((lot) => lot?.share ?? 0));
    draw.forEach((lot, i) => {
      const { item, degree, share } = this.lots[i];
      setText(degree, lot?.degree ?? '');
      setText(share, lot ? shareWords(lot.share) : '');
      item.style.setProperty('--share', String(lot ? lot.share / most : 0));
      item.setAttribute('aria-hidden', String(!lot));
      if (lot?.isChosen) item.setAttribute('aria-current', 'true');
      else item.removeAttribute('aria-current');
    });
  }

  /** @param {number | null} frame */
  showForm(frame) {
    const phrase = frame === null ? undefined : this.score.phraseAt(frame);
    const bar = frame === null ? undefined : this.score.sectionBarAt(frame);
    const { part, partWords, arcWords } = formWords(phrase, bar);
    setText(this.elements.part, partWords);
    setText(this.elements.arc, arcWords);
    this.parts.forEach((element, i) => {
      const begun = i === part ? (bar ?? 0) / SECTION_BARS : Number(i < part);
      element.dataset.now = String(i === part);
      element.style.setProperty('--share', String(begun));
    });
  }
}
