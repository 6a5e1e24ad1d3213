// @ts-check
/*
 * servo - keeps the buffer at its depth when the listener's clock and the station's differ.
 *
 * It only trims: at most 0.2 % (3 cents), moved slowly, and nothing at all while the depth is
 * about right, so most of the time samples pass through untouched.
 */

export const TRIM_MAX = 0.002;
const SHALLOW_MS = 60; // so much below the target, or
const DEEP_MS = 120; // so much above it: playing may begin up to a chunk deeper
const RELEASE_MS = 8;
const TRIM_PER_MS = TRIM_MAX / 200;
const STEP_MAX = TRIM_MAX / 20; // a chunk: 2 s from nothing to full

export class RateServo {
  /** @param {boolean} enabled false holds the rate at exactly 1 */
  constructor(enabled) {
    this.enabled = enabled;
    this.trim = 0; // added to a rate of 1; above 0 plays faster
    this.engaged = false;
  }

  /**
   * Once a chunk.
   * @param {number} depthMs smoothed @param {number} targetMs
   * @returns {number} the trim to play with
   */
  update(depthMs, targetMs) {
    if (!this.enabled) return 0;
    const excessMs = depthMs - targetMs;
    if (excessMs < -SHALLOW_MS || excessMs > DEEP_MS) this.engaged = true;
    if (Math.abs(excessMs) < RELEASE_MS) this.engaged = false;
    const asked = this.engaged ? excessMs * TRIM_PER_MS : 0;
    const wanted = Math.max(-TRIM_MAX, Math.min(TRIM_MAX, asked));
    const step = Math.max(-STEP_MAX, Math.min(STEP_MAX, wanted - this.trim));
    this.trim += step;
    return this.trim;
  }

  reset() {
    this.trim = 0;
    this.engaged = false;
  }
}
