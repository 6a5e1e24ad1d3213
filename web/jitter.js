// @ts-check
/*
 * jitter - how unevenly chunks arrive, and how deep the buffer must be for it.
 *
 * Unit:   milliseconds; chunks are 100 ms.
 * Pure:   the caller passes the time.
 */

const SMOOTHING = 0.1;
/** Depth in chunks for a smoothed jitter below the limit. */
const DEPTHS = [
  { belowMs: 10, chunks: 3 },
  { belowMs: 25, chunks: 5 },
  { belowMs: 50, chunks: 7 },
  { belowMs: Infinity, chunks: 10 },
];
export const START_CHUNKS = DEPTHS[0].chunks;

/**
 * @param {number} jitterMs smoothed
 * @returns {number} chunks to keep ahead
 */
export function chunksForJitter(jitterMs) {
  const depth = DEPTHS.find(({ belowMs }) => jitterMs < belowMs);
  return (depth ?? DEPTHS[DEPTHS.length - 1]).chunks;
}

/**
 * Smoothed difference between how far apart two chunks arrived and how far apart they were due.
 */
export class JitterEstimator {
  constructor() {
    this.jitterMs = 0;
    this.lateMs = NaN; // of the chunk before, on a clock of unknown offset
  }

  /**
   * A chunk that was sent when due. Chunks from history say nothing: call interrupt() instead.
   * @param {number} arrivedMs @param {number} dueMs
   */
  observe(arrivedMs, dueMs) {
    const lateMs = arrivedMs - dueMs;
    if (!Number.isNaN(this.lateMs)) {
      this.jitterMs += SMOOTHING * (Math.abs(lateMs - this.lateMs) - this.jitterMs);
    }
    this.lateMs = lateMs;
  }

  /** The next chunk's distance from the one before means nothing. */
  interrupt() {
    this.lateMs = NaN;
  }
}

/**
 * Decides the depth. A deeper buffer costs an audible pause and a shallower one costs safety,
 * so one late chunk changes nothing: jitter must last.
 */
export class DepthPolicy {
  /** @param {{riseAfterMs?: number, fallAfterMs?: number}} options */
  constructor({ riseAfterMs = 5000, fallAfterMs = 30000 } = {}) {
    this.riseAfterMs = riseAfterMs;
    this.fallAfterMs = fallAfterMs;
    this.chunks = START_CHUNKS;
    this.wanted = START_CHUNKS;
    this.wantedSinceMs = 0;
  }

  /**
   * @param {number} nowMs @param {number} jitterMs
   * @returns {number} chunks to keep ahead
   */
  update(nowMs, jitterMs) {
    const wanted = chunksForJitter(jitterMs);
    const sameSide = Math.sign(wanted - this.chunks) === Math.sign(this.wanted - this.chunks);
    if (!sameSide) this.wantedSinceMs = nowMs;
    this.wanted = wanted;
    const waitMs = wanted > this.chunks ? this.riseAfterMs : this.fallAfterMs;
    if (wanted !== this.chunks && nowMs - this.wantedSinceMs >= waitMs) {
      this.chunks = wanted;
      this.wantedSinceMs = nowMs;
    }
    return this.chunks;
  }

  /** The buffer ran dry and fills anyway: there is nothing to wait for. @returns {number} */
  hurry() {
    this.chunks = Math.max(this.chunks, this.wanted);
    return this.chunks;
  }
}
