// @ts-check
/*
 * ring-reader - a place in the stream that moves on by a rate: reads the ring at the output's
 * pace.
 *
 * At the stream's own rate without a trim, samples come out exactly as they came in (int16 /
 * 32768).
 *
 * Unit:    frames of the stream; `output` frames of the audio context.
 * Memory:  allocated in the constructor.
 */
import { HALF_TAPS, Interpolator } from './resample.js';

/** @typedef {import('./frame-ring.js').FrameRing} FrameRing */

const INT16_SCALE = 32768;

export class RingReader {
  frame = 0; // next to read
  fraction = 0; // and how far past it
  landing = false; // the trim is over: stop at the next whole frame

  /**
   * @param {FrameRing} ring
   * @param {number} baseStep stream frames that pass for one of output
   */
  constructor(ring, baseStep) {
    this.ring = ring;
    this.baseStep = baseStep;
    this.step = baseStep;
    this.interpolator = new Interpolator(baseStep);
  }

  /** @param {number} frame */
  moveTo(frame) {
    this.frame = frame;
    this.fraction = 0;
    this.landing = false;
    this.step = this.baseStep;
  }

  /** @param {number} trim added to a rate of 1 */
  setTrim(trim) {
    if (trim !== 0) {
      this.step = this.baseStep * (1 + trim);
      this.landing = false;
    } else if (this.step !== this.baseStep) {
      this.landing = this.baseStep === 1 && this.fraction !== 0;
      if (!this.landing) this.step = this.baseStep;
    }
  }

  /** @returns {number} the trim as it is */
  get trim() {
    return this.step / this.baseStep - 1;
  }

  /** @returns {number} frames of output that can be read before a hole or the end */
  outputLeft() {
    const frames = this.ring.contiguousFrom(this.frame) - HALF_TAPS - 1;
    return Math.max(0, Math.floor(frames / this.step));
  }

  /**
   * Reads `count` frames of output, which must not be more than are left.
   * @param {Float32Array} left @param {Float32Array} right @param {number} at @param {number} count
   */
  read(left, right, at, count) {
    if (this.step === 1 && this.fraction === 0) this.copy(left, right, at, count);
    else this.interpolate(left, right, at, count);
  }

  /**
   * @param {Float32Array} left
   * @param {Float32Array} right
   * @param {number} at
   * @param {number} count
   */
  copy(left, right, at, count) {
    const { samples, mask } = this.ring;
    for (let i = 0; i < count; i++) {
      const index = ((this.frame + i) & mask) << 1;
      left[at + i] = samples[index] / INT16_SCALE;
      right[at + i] = samples[index + 1] / INT16_SCALE;
    }
    this.frame += count;
  }

  /**
   * @param {Float32Array} left
   * @param {Float32Array} right
   * @param {number} at
   * @param {number} count
   */
  interpolate(left, right, at, count) {
    const { interpolator, ring } = this;
    for (let i = at; i < at + count; i++) {
      interpolator.interpolate(ring.samples, ring.mask, this.frame, this.fraction);
      left[i] = interpolator.left;
      right[i] = interpolator.right;
      this.advance();
    }
  }

  /** Moves on by one frame of output. */
  advance() {
    const place = this.fraction + this.step;
    const whole = Math.floor(place);
    this.frame += whole;
    this.fraction = place - whole;
    if (this.landing && whole !== 1) {
      if (whole === 0) this.frame += 1; // slower: just short of the next frame
      this.fraction = 0;
      this.step = this.baseStep;
      this.landing = false;
    }
  }
}
