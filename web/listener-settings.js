// @ts-check
/*
 * listener-settings - what is this listener's own and stays in this browser: volume and format.
 * Nothing of the station is ever kept here.
 */

const KEY = 'auralis';
export const FORMATS = /** @type {const} */ (['pcm', 'json']);

/**
 * @typedef {{volume: number, format: string}} ListenerSettings  volume: 0 to 1, as the slider
 *   shows
 */

const DEFAULTS = { volume: 0.8, format: 'pcm' };

/** @param {any} stored @returns {ListenerSettings} what can be used of it */
export function cleanSettings(stored) {
  const { volume, format } = stored ?? {};
  return {
    volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : DEFAULTS.volume,
    format: FORMATS.includes(format) ? format : DEFAULTS.format,
  };
}

/** @returns {ListenerSettings} */
export function loadSettings() {
  try {
    return cleanSettings(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
  } catch {
    return { ...DEFAULTS }; // storage may be forbidden
  }
}

/** @param {ListenerSettings} settings */
export function saveSettings(settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // it holds until the page is closed
  }
}

/** @param {number} volume as the slider shows @returns {number} gain, even to the ear */
export function volumeGain(volume) {
  return volume * volume;
}
