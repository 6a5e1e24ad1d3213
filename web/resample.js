// @ts-check
/*
 * resample - reads a stream between its frames: band-limited interpolation with a windowed
 * sinc.
 *
 * With a cutoff of 1 a position that falls on a frame gives exactly that frame, so moving
 * between passing through and interpolating makes no step.
 *
 * Memory:  the table is allocated in the constructor; interpolate() allocates nothing.
 * Unit:    samples are int16, results -1 to 1.
 */

/** Frames needed after the position; one fewer before it. */
export const HALF_TAPS = 16;
const TAPS = 2 * HALF_TAPS;
const PHASES = 256;
const KAISER_BETA = 9; // 90 dB of stop band
const INT16_SCALE = 32768;

/** @param {number} x @returns {number} modified Bessel function of order 0 */
function bessel0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** @param {number} x frames from the centre @param {number} cutoff @returns {number} */
function windowedSinc(x, cutoff) {
  const edge = x / HALF_TAPS;
  if (Math.abs(edge) >= 1) return 0;
  const window = bessel0(KAISER_BETA * Math.sqrt(1 - edge * edge)) / bessel0(KAISER_BETA);
  const angle = Math.PI * cutoff * x;
  return window * cutoff * (x === 0 ? 1 : Math.sin(angle) / angle);
}

/**
 * @param {number} cutoff share of the stream's bandwidth that is kept
 * @returns {Float32Array} [(PHASES + 1) * TAPS], each phase with a gain of 1 for DC
 */
function makeTable(cutoff) {
  const table = new Float32Array((PHASES + 1) * TAPS);
  for (let phase = 0; phase <= PHASES; phase++) {
    const row = Array.from({ length: TAPS }, (_, tap) =>
      windowedSinc(tap - (HALF_TAPS - 1) - phase / PHASES, cutoff),
    );
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((weight, tap) => {
      table[phase * TAPS + tap] = weight / sum;
    });
  }
  return table;
}

export class Interpolator {
  /** @param {number} framesPerOutput stream frames that pass for one frame of output */
  constructor(framesPerOutput) {
    // Slower output cannot carry everything; the servo's 0.2 % is not worth losing treble for.
    this.cutoff = framesPerOutput > 1.01 ? 1 / framesPerOutput : 1;
    this.table = makeTable(this.cutoff);
    this.left = 0;
    this.right = 0;
  }

  /**
   * Sets `left` and `right` to the stream at frame + fraction.
   * @param {Int16Array} samples ring of L R L R
   * @param {number} mask ring capacity - 1, in frames
   * @param {number} frame
   * @param {number} fraction 0 to below 1
   */
  interpolate(samples, mask, frame, fraction) {
    const place = fraction * PHASES;
    const phase = Math.floor(place);
    const blend = place - phase;
    const row = phase * TAPS;
    const first = frame - (HALF_TAPS - 1);
    let left = 0;
    let right = 0;
    for (let tap = 0; tap < TAPS; tap++) {
      const low = this.table[row + tap];
      const weight = low + blend * (this.table[row + TAPS + tap] - low);
      const at = ((first + tap) & mask) << 1;
      left += weight * samples[at];
      right += weight * samples[at + 1];
    }
    this.left = left / INT16_SCALE;
    this.right = right / INT16_SCALE;
  }
}
