// @ts-check
/*
 * frame-ring - the last seconds of a stream, addressed by absolute frame.
 *
 * Frames come in ascending order. What is there already is dropped, what is missing is kept as
 * a hole, and the oldest is overwritten: the reader keeps its own position and asks how far it
 * can go.
 *
 * Unit:    frames since the stream's birth; one frame is two int16 samples, left then right.
 * Memory:  allocated once, in the constructor.
 * Threads: one; used on the audio thread or on the page's, never on both.
 */

const HOLES_MAX = 16;

export class FrameRing {
  startFrame = 0; // oldest frame kept
  endFrame = 0; // one past the newest
  holes = 0;
  empty = true;

  /** @param {number} capacityFrames a power of two */
  constructor(capacityFrames) {
    if (capacityFrames < 1 || (capacityFrames & (capacityFrames - 1)) !== 0) {
      throw new RangeError('capacity must be a power of two');
    }
    this.capacityFrames = capacityFrames;
    this.mask = capacityFrames - 1;
    this.samples = new Int16Array(capacityFrames * 2);
    this.holeFrom = new Float64Array(HOLES_MAX);
    this.holeTo = new Float64Array(HOLES_MAX);
  }

  /** Forgets everything; the next push begins anew. */
  clear() {
    this.startFrame = 0;
    this.endFrame = 0;
    this.holes = 0;
    this.empty = true;
  }

  /**
   * @param {number} firstFrame
   * @param {Int16Array} pcm [frames * 2]
   * @returns {number} frames taken; fewer than given when some were there already
   */
  push(firstFrame, pcm) {
    const frames = pcm.length >> 1;
    if (this.empty) {
      this.startFrame = firstFrame;
      this.endFrame = firstFrame;
      this.empty = false;
    }
    const known = Math.max(0, this.endFrame - firstFrame);
    if (known >= frames) return 0;
    if (firstFrame > this.endFrame) this.addHole(this.endFrame, firstFrame);
    this.write(firstFrame + known, pcm, known * 2);
    this.endFrame = firstFrame + frames;
    this.startFrame = Math.max(this.startFrame, this.endFrame - this.capacityFrames);
    this.dropOldHoles();
    return frames - known;
  }

  /** @param {number} frame @param {Int16Array} pcm @param {number} from index into pcm */
  write(frame, pcm, from) {
    const { samples, mask } = this;
    const frames = (pcm.length - from) >> 1;
    for (let i = 0; i < frames; i++) {
      const at = ((frame + i) & mask) << 1; // & takes the low 32 bits, so it is exact
      samples[at] = pcm[from + 2 * i];
      samples[at + 1] = pcm[from + 2 * i + 1];
    }
  }

  /** @param {number} from @param {number} to */
  addHole(from, to) {
    if (this.holes === HOLES_MAX) {
      this.startFrame = this.holeTo[0]; // what lies before too many holes is given up
      this.dropOldHoles();
    }
    this.holeFrom[this.holes] = from;
    this.holeTo[this.holes] = to;
    this.holes += 1;
  }

  dropOldHoles() {
    let gone = 0;
    while (gone < this.holes && this.holeTo[gone] <= this.startFrame) gone += 1;
    if (gone === 0) return;
    this.holeFrom.copyWithin(0, gone, this.holes);
    this.holeTo.copyWithin(0, gone, this.holes);
    this.holes -= gone;
  }

  /**
   * @param {number} frame
   * @returns {number} frames that can be read from there on without a hole
   */
  contiguousFrom(frame) {
    if (frame < this.startFrame || frame >= this.endFrame) return 0;
    for (let i = 0; i < this.holes; i++) {
      if (frame < this.holeFrom[i]) return this.holeFrom[i] - frame;
      if (frame < this.holeTo[i]) return 0;
    }
    return this.endFrame - frame;
  }

  /**
   * @param {number} frame
   * @returns {number} frames that are there from `frame` on, without the holes
   */
  availableFrom(frame) {
    let frames = Math.max(0, this.endFrame - Math.max(frame, this.startFrame));
    for (let i = 0; i < this.holes; i++) {
      const from = Math.max(this.holeFrom[i], frame, this.startFrame);
      frames -= Math.max(0, this.holeTo[i] - from);
    }
    return frames;
  }

  /**
   * @param {number} frame
   * @returns {number} `frame`, or the first frame after what is missing there
   */
  skipMissing(frame) {
    if (frame < this.startFrame) return this.skipMissing(this.startFrame);
    for (let i = 0; i < this.holes; i++) {
      if (frame >= this.holeFrom[i] && frame < this.holeTo[i]) return this.holeTo[i];
    }
    return frame;
  }
}
