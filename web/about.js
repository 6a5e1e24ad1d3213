// @ts-check
/*
 * about - the quiet part at the foot of the page: figures of this listener's playing, and the
 * SoundFonts with their licences.
 */
import { getStatus } from './api.js';
import { setText } from './now-sounding.js';

/** @param {number} ms */
const inMs = (ms) => `${Math.round(ms)} ms`;

/**
 * @param {ReturnType<import('./player.js').Player['stats']>} stats
 * @param {{stream: string | null, version: string, reconnects: number}} connection
 * @returns {[string, string][]}
 */
export function describeFigures(stats, { stream, version, reconnects }) {
  const trim = (stats.trim * 100).toFixed(3);
  const player = { worklet: 'audio thread', buffers: 'scheduled buffers' };
  return [
    ['Station', version ? `version ${version}, stream ${stream}` : '–'],
    ['Player', stats.player ? player[stats.player] : 'stopped'],
    [
      'Buffer',
      `${inMs(stats.depthMs)} of ${inMs(stats.targetMs)}, jitter ${inMs(stats.jitterMs)}`,
    ],
    ['Ran dry', `${stats.underruns} times, ${stats.pauses} pauses for more depth`],
    [
      'Rate',
      `${stats.streamRate} Hz, played at ${stats.contextRate ?? '–'} Hz, trim ${trim} %`,
    ],
    ['Reconnected', `${reconnects} times`],
  ];
}

/** @param {HTMLElement} list a dl @param {[string, string][]} figures */
export function showFigures(list, figures) {
  figures.forEach(([name, value], index) => {
    let row = list.children[index];
    if (!row) {
      row = document.createElement('div');
      row.append(document.createElement('dt'), document.createElement('dd'));
      list.append(row);
    }
    setText(row.children[0], name);
    setText(row.children[1], value);
  });
}

/** @param {HTMLElement} list a ul */
export async function showFonts(list) {
  try {
    const { soundfonts = [] } = await getStatus();
    const items = soundfonts.map((/** @type {Record<string, string>} */ font) => {
      const item = document.createElement('li');
      const name = font.name || (font.path ?? '').split('/').pop();
      item.textContent = [name, font.licence, font.attribution].filter(Boolean).join(' · ');
      return item;
    });
    list.replaceChildren(...items);
  } catch (error) {
    list.textContent = String(error);
  }
}
