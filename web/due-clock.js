// @ts-check
/*
 * due-clock - which frame is due now, by this page's clock.
 *
 * Chunks are sent when due, so one that comes early is proof and one that comes late is not:
 * the clock follows the earliest, and gives way slowly where this page's time runs faster.
 *
 * Time is passed in.
 */

const YIELD_SECONDS = 0.001; // a late chunk sets the clock back by this at most

export class DueClock {
  /** @param {() => number} nowMs */
  constructor(nowMs) {
    this.nowMs = nowMs;
    this.rate = 44100;
    this.frame = 0; // was due at atMs
    this.atMs = NaN;
  }

  /** The station said so. @param {number} frame @param {number} rate */
  set(frame, rate) {
    this.frame = frame;
    this.rate = rate;
    this.atMs = this.nowMs();
  }

  /** A chunk came that was not sent before it was due. @param {number} firstFrame */
  observe(firstFrame) {
    const expected = this.now() ?? firstFrame;
    this.frame = Math.max(firstFrame, expected - YIELD_SECONDS * this.rate);
    this.atMs = this.nowMs();
  }

  /** @returns {number | null} null before the station was heard of */
  now() {
    if (Number.isNaN(this.atMs)) return null;
    return this.frame + ((this.nowMs() - this.atMs) / 1000) * this.rate;
  }
}
