// @ts-check
/*
 * connection-text - the state of connection and player in words.
 *
 * Pure: no document.
 */

/** @typedef {import('./stream.js').StreamState} StreamState */
/**
 * @typedef {{
 *   stream: StreamState, audio: string, player: 'stopped' | 'blocked' | 'filling' | 'playing',
 *   behindMs: number | null, retryInMs: number, online: boolean
 * }} Connection audio: flowing, waiting or resting, as the station said last; behindMs: what
 * the listener hears is so much older than what is due
 */

/** @param {Connection} c @returns {string} what the listener hears, or waits for */
export function stateWords({ player, stream, audio, behindMs, retryInMs, online }) {
  if (player === 'stopped') return stream === 'live' ? 'Press play to listen' : 'Stopped';
  if (player === 'blocked') return 'Paused by the browser';
  if (player === 'playing') {
    return (audio === 'resting' ? 'Resting' : 'Playing') + behindWords(behindMs);
  }
  if (stream === 'retrying' && online) {
    return retryInMs > 500
      ? `Trying again in ${Math.ceil(retryInMs / 1000)} s`
      : 'Trying again';
  }
  return stream === 'live' ? 'Filling the buffer' : 'Waiting for music';
}

/**
 * @param {Connection} c
 * @returns {string} without figures: a screen reader says every change
 */
export function connectionWords({ stream, audio, player, online }) {
  if (stream === 'closed') return 'Not connected';
  if (stream === 'connecting') return 'Connecting …';
  if (stream === 'retrying') {
    const playsOn = player === 'playing' ? ', playing on from the buffer' : '';
    return (online ? 'Connection lost' : 'You are offline') + playsOn;
  }
  if (audio === 'waiting') return 'Connected; the station is not sounding yet';
  if (audio === 'resting') return 'Connected; the station rests';
  return stream === 'waiting' ? 'Connected; waiting for the station' : 'Connected, live';
}

/** @param {number | null} behindMs @returns {string} ", 0.4 s behind" */
function behindWords(behindMs) {
  return behindMs === null || behindMs < 0 ? '' : `, ${(behindMs / 1000).toFixed(1)} s behind`;
}
