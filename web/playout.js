// @ts-check
/*
 * playout - the buffer between a stream that arrives in chunks and an output that never waits.
 *
 * Both players use it: the worklet on the audio thread, the fallback on the page's. It starts
 * when deep enough, fades where sound must stop, crosses holes with a fade, and trims the rate.
 *
 * Unit:    `Frames` of the stream, `output` frames of the audio context.
 * Memory:  all of it allocated in the constructor; push() and render() allocate nothing.
 * Threads: one.
 */
import { FrameRing } from './frame-ring.js';
import { RingReader } from './ring-reader.js';
import { RateServo } from './servo.js';

/**
 * @typedef {{
 *   playing: boolean, frame: number, depthFrames: number, targetFrames: number, trim: number,
 *   underruns: number, pauses: number, lostFrames: number, skippedFrames: number,
 *   playedFrames: number
 * }} PlayoutReport  `frame`: the next to leave the player
 */
/**
 * What the page says to the audio thread.
 * @typedef {{type: 'chunk', firstFrame: number, pcm: Int16Array} | {type: 'target', frames: number}
 *   | {type: 'flush'} | {type: 'report'} | {type: 'end'}} PlayerCommand
 */

export const RING_FRAMES = 2 ** 19; // as much as the station keeps: 11.9 s at 44.1 kHz
export const FADE_OUTPUT = 384; // 8.7 ms
const START_SECONDS = 0.3;
const DEPTH_SMOOTHING = 0.1;
const SHORT_SECONDS = 0.05; // less is missing than is worth a pause
const BACKLOG_SECONDS = 5; // further behind than this, the listener is taken to the present

export class Playout {
  playing = false;
  placed = false; // the reader stands in the stream
  depthFrames = 0; // smoothed, as it is just after a chunk has come
  aheadFrames = 0; // rendered, not heard yet; the fallback's player sets it
  fadeInAt = 0; // index into the fade
  tailAt = 0;
  tailLength = 0; // of what fades out, in the tail arrays
  underruns = 0; // times the buffer ran dry
  pauses = 0; // faded on purpose, for more depth
  lostFrames = 0; // crossed as holes
  skippedFrames = 0; // given up to come back to the present
  playedFrames = 0;

  /**
   * @param {{streamRate: number, contextRate: number, servo?: boolean, capacityFrames?: number}}
   *   options servo: false holds the rate
   */
  constructor({ streamRate, contextRate, servo = true, capacityFrames = RING_FRAMES }) {
    this.streamRate = streamRate;
    this.ring = new FrameRing(capacityFrames);
    this.reader = new RingReader(this.ring, streamRate / contextRate);
    this.servo = new RateServo(servo);
    this.targetFrames = Math.round(START_SECONDS * streamRate);
    this.tailLeft = new Float32Array(FADE_OUTPUT);
    this.tailRight = new Float32Array(FADE_OUTPUT);
    this.fade = Float32Array.from(
      { length: FADE_OUTPUT },
      (_, i) => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / FADE_OUTPUT),
    );
  }

  /** Another stream follows: what sounds is faded out, the rest forgotten. */
  flush() {
    if (this.playing) this.leave();
    this.ring.clear();
    this.reader.moveTo(0);
    this.servo.reset();
    this.placed = false;
  }

  /** The output itself stood still: counted like a dry buffer, and faded in again. */
  interrupt() {
    if (!this.playing) return;
    this.underruns += 1;
    this.fadeInAt = 0;
  }

  /**
   * @param {number} frames how much to keep ahead; playing pauses once when there is far less
   */
  setTarget(frames) {
    const isDeeper = frames > this.targetFrames;
    this.targetFrames = frames;
    const shortFrames = frames - this.depthFrames;
    if (isDeeper && this.playing && shortFrames > SHORT_SECONDS * this.streamRate) {
      this.leave();
      this.pauses += 1;
    }
  }

  /** @returns {number} frames ahead of what is heard */
  depth() {
    return this.ring.availableFrom(this.reader.frame) + this.aheadFrames;
  }

  /** @returns {boolean} far more has gathered than is worth playing: the device slept */
  isFarBehind() {
    return this.depth() - this.targetFrames > BACKLOG_SECONDS * this.streamRate;
  }

  /**
   * @param {number} firstFrame
   * @param {Int16Array} pcm L R L R
   * @returns {number} frames that were new
   */
  push(firstFrame, pcm) {
    const taken = this.ring.push(firstFrame, pcm);
    if (taken > 0 && this.playing) {
      this.depthFrames += DEPTH_SMOOTHING * (this.depth() - this.depthFrames);
      const toMs = 1000 / this.streamRate;
      this.reader.setTrim(this.servo.update(this.depthFrames * toMs, this.targetFrames * toMs));
      if (this.isFarBehind()) this.leave();
    }
    return taken;
  }

  /** @returns {number} output frames that can be made before the buffer would run dry */
  readyOutput() {
    return this.playing ? this.outputBeforeEdge() : 0;
  }

  /** @returns {boolean} whether there is something to play, or a fade to finish */
  get sounding() {
    return this.playing || this.tailAt < this.tailLength;
  }

  /**
   * Fills both channels: music, or silence while the buffer fills.
   * @param {Float32Array} left @param {Float32Array} right of the same length
   */
  render(left, right) {
    const { length } = left;
    let tailFrom = 0; // where in this block the fade of what was left goes on
    let at = 0;
    while (at < length) {
      if (!this.playing && !this.begin()) {
        left.fill(0, at);
        right.fill(0, at);
        break;
      }
      const run = Math.min(length - at, this.outputBeforeEdge());
      this.play(left, right, at, run);
      at += run;
      if (at < length) {
        this.leaveEdge();
        tailFrom = at;
      }
    }
    this.addTail(left, right, tailFrom);
  }

  /** Starts when there is enough. @returns {boolean} whether it did */
  begin() {
    const { ring, reader } = this;
    if (ring.empty) return false;
    if (!this.placed) {
      reader.moveTo(Math.max(ring.startFrame, ring.endFrame - this.targetFrames));
      this.placed = true;
    }
    this.crossHole();
    if (this.isFarBehind()) this.catchUp();
    if (this.depth() < this.targetFrames || this.outputBeforeEdge() === 0) return false;
    this.playing = true;
    this.fadeInAt = 0;
    this.depthFrames = this.depth();
    return true;
  }

  /** Moves past a hole, and past a piece before a hole that is too short to fade. */
  crossHole() {
    const { ring, reader } = this;
    const from = reader.frame;
    const next = ring.skipMissing(from);
    if (next !== from) reader.moveTo(next);
    const edge = reader.frame + ring.contiguousFrom(reader.frame);
    if (edge < ring.endFrame && this.outputBeforeEdge() === 0)
      reader.moveTo(ring.skipMissing(edge));
    this.lostFrames += reader.frame - from;
  }

  /** After a long outage the present is worth more than all that was missed. */
  catchUp() {
    const { ring, reader } = this;
    const from = reader.frame;
    reader.moveTo(ring.skipMissing(ring.endFrame - this.targetFrames));
    this.skippedFrames += reader.frame - from;
  }

  /**
   * @returns {number} output frames up to where the fade before a hole or the end must begin
   */
  outputBeforeEdge() {
    return Math.max(0, this.reader.outputLeft() - FADE_OUTPUT);
  }

  /** The buffer ends here, or a hole begins. */
  leaveEdge() {
    const { ring, reader } = this;
    if (reader.frame + ring.contiguousFrom(reader.frame) >= ring.endFrame) this.underruns += 1;
    this.leave();
  }

  /** Takes the next few frames as a fade to silence. */
  leave() {
    const length = Math.min(FADE_OUTPUT, this.reader.outputLeft());
    this.play(this.tailLeft, this.tailRight, 0, length);
    for (let i = 0; i < length; i++) {
      const gain = 1 - this.fade[Math.floor((i * FADE_OUTPUT) / length)];
      this.tailLeft[i] *= gain;
      this.tailRight[i] *= gain;
    }
    this.tailAt = 0;
    this.tailLength = length;
    this.playing = false;
  }

  /** @param {Float32Array} left @param {Float32Array} right @param {number} from */
  addTail(left, right, from) {
    for (let i = from; i < left.length && this.tailAt < this.tailLength; i++) {
      left[i] += this.tailLeft[this.tailAt];
      right[i] += this.tailRight[this.tailAt];
      this.tailAt += 1;
    }
  }

  /**
   * Reads on, fading in after a start.
   * @param {Float32Array} left @param {Float32Array} right @param {number} at @param {number} count
   */
  play(left, right, at, count) {
    const from = this.reader.frame;
    this.reader.read(left, right, at, count);
    this.playedFrames += this.reader.frame - from;
    for (let i = at; i < at + count && this.fadeInAt < FADE_OUTPUT; i++) {
      left[i] *= this.fade[this.fadeInAt];
      right[i] *= this.fade[this.fadeInAt];
      this.fadeInAt += 1;
    }
  }

  /** For the page, not for the audio path: this allocates. @returns {PlayoutReport} */
  report() {
    return {
      playing: this.playing,
      frame: this.reader.frame - this.aheadFrames,
      depthFrames: this.depth(),
      targetFrames: this.targetFrames,
      trim: this.reader.trim,
      underruns: this.underruns,
      pauses: this.pauses,
      lostFrames: this.lostFrames,
      skippedFrames: this.skippedFrames,
      playedFrames: this.playedFrames,
    };
  }
}
