// @ts-check
/*
 * backoff - how long to wait before trying again: at once, then 1, 2, 4, 8, 15, 15 ... seconds,
 * each within 20 % so that many listeners do not come back in one moment. It never gives up.
 */

const STEPS_MS = [0, 1000, 2000, 4000, 8000, 15000];
const SPREAD = 0.2;

export class Backoff {
  /** @param {() => number} random 0 to 1 */
  constructor(random = Math.random) {
    this.random = random;
    this.attempt = 0; // tries since the last success
  }

  /** @returns {number} milliseconds to wait before the next try */
  next() {
    const step = STEPS_MS[Math.min(this.attempt, STEPS_MS.length - 1)];
    this.attempt += 1;
    return Math.round(step * (1 + SPREAD * (2 * this.random() - 1)));
  }

  reset() {
    this.attempt = 0;
  }
}
