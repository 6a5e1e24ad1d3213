// @ts-check
/*
 * form-place - where in the form a moment lies: which bar of its section.
 *
 * A section has SECTION_BARS bars unless a listener cuts it short. Phrases name their section,
 * not the bar in it, so it is counted from where the section begins, or back from its end.
 *
 * Unit: absolute frames.
 * Pure: no document.
 */
import { SECTION_BARS } from './rules.js';

/** @typedef {import('./protocol.js').PhraseMessage} Phrase */
/**
 * @typedef {{frame: number, end: number, section: number, cut: boolean}} Bar  cut: the section
 *   would have gone on after it
 */

/** @param {Phrase} phrase @returns {Bar[]} */
function barsOf({ bar_frames: starts, start_frame: start, frames, section }) {
  const ends = [...starts.slice(1), start + frames];
  return starts.map((frame, i) => ({ frame, end: ends[i], section, cut: false }));
}

/**
 * The bars, by frame, once a phrase is known that owns the timeline from its start on.
 * @param {Bar[]} bars @param {Phrase} phrase
 * @returns {Bar[]}
 */
export function addBars(bars, phrase) {
  const start = phrase.bar_frames[0];
  const kept = bars.filter(({ frame }) => frame < start);
  const gone = bars[kept.length];
  const last = kept[kept.length - 1];
  if (last) {
    const cut = last.section === gone?.section && last.section !== phrase.section;
    kept[kept.length - 1] = { ...last, end: Math.min(last.end, start), cut: last.cut || cut };
  }
  return kept.concat(barsOf(phrase));
}

/** @param {Bar[]} bars @param {number} frame @returns {number} index of the bar, or -1 */
function barIndex(bars, frame) {
  return bars.findIndex((bar) => frame >= bar.frame && frame < bar.end);
}

/** @param {Bar[]} bars @param {number} i @returns {boolean} its section has a bar after it */
function goesOn(bars, i) {
  const next = bars[i + 1];
  return bars[i].end === next?.frame && bars[i].section === next.section;
}

/**
 * Without those that say nothing of what comes from `frame` on.
 * @param {Bar[]} bars @param {number} frame
 * @returns {Bar[]}
 */
export function pruneBars(bars, frame) {
  let first = barIndex(bars, frame);
  while (first > 0 && goesOn(bars, first - 1)) first--;
  return bars.slice(Math.max(0, first - 1)); // with one before: it tells that it is the first
}

/**
 * @param {Bar[]} bars by frame
 * @param {number} frame
 * @returns {number | undefined} 1 to SECTION_BARS, undefined where it cannot be told
 */
export function sectionBar(bars, frame) {
  const at = barIndex(bars, frame);
  if (at < 0) return undefined;
  let first = at;
  let last = at;
  while (first > 0 && goesOn(bars, first - 1)) first--;
  while (goesOn(bars, last)) last++;
  const isBegin = bars[first].frame === 0 || bars[first - 1]?.end === bars[first].frame;
  if (isBegin) return at - first + 1;
  const isEnd = bars[last].end === bars[last + 1]?.frame && !bars[last].cut;
  const bar = SECTION_BARS - (last - at);
  return isEnd && bar >= 1 ? bar : undefined;
}
