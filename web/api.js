// @ts-check
/*
 * api - the station's HTTP side, for what is asked while no WebSocket is open.
 *
 * Addresses are relative to the page, which may lie under a path of a proxy.
 * Errors: what cannot be reached or read rejects with an Error that a listener can read.
 */

/** @typedef {import('./protocol.js').ControlAck} ControlAck */
/** @typedef {import('./protocol.js').ControlState} ControlState */

const TIMEOUT_MS = 5000;

/**
 * @param {string} path relative
 * @param {RequestInit} [options]
 * @returns {Promise<any>} the JSON, whatever the status
 */
async function request(path, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    const response = await fetch(path, { ...options, signal: abort.signal });
    return await response.json();
  } catch {
    throw new Error('the station does not answer');
  } finally {
    clearTimeout(timer);
  }
}

/** @returns {Promise<ControlState>} */
export function getControl() {
  return request('api/control');
}

/** @returns {Promise<Record<string, any>>} */
export function getStatus() {
  return request('api/status');
}

/**
 * @param {object} change parameters
 * @param {Record<string, string>} headers what shows that this page may steer
 * @returns {Promise<ControlAck>}
 */
export function postControl(change, headers) {
  return request('api/control', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(change),
  });
}
