// @ts-check
/*
 * palette - the colour of the page follows the mode that sounds.
 */

/** @type {Record<string, number>} hue in degrees, from warm and bright to cool and dark */
const MODE_HUES = {
  lydian: 190,
  ionian: 42,
  mixolydian: 22,
  dorian: 160,
  aeolian: 226,
  phrygian: 338,
};
const DEFAULT_HUE = 226;

/** @param {string | undefined} mode @returns {number} */
export function modeHue(mode) {
  return MODE_HUES[mode ?? ''] ?? DEFAULT_HUE;
}

/** @param {string | undefined} mode */
export function paintMode(mode) {
  document.documentElement.style.setProperty('--hue', String(modeHue(mode)));
}
