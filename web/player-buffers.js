// @ts-check
/*
 * player-buffers - plays without an audio thread of its own, where the browser gives none
 * (plain http from another machine): the same buffer, rendered a little ahead and scheduled
 * piece by piece.
 *
 * Pieces begin on whole frames of the context and touch each other, so samples come out as in
 * the worklet. The page may be busy for about AHEAD_SECONDS before that is heard.
 *
 * Threads: the page's.
 */
import { Playout } from './playout.js';

/** @typedef {import('./playout.js').PlayoutReport} PlayoutReport */

const AHEAD_SECONDS = 0.25; // scheduled while there is music
const LATE_SECONDS = 0.05; // with less than this scheduled, silence is rendered if need be
const PIECE_SECONDS = 0.1;
const PIECE_MIN_FRAMES = 256;
const SILENCE_FRAMES = 1024;
const PUMP_MS = 25;

/**
 * A browser turns the time of a start back into frames; where that misses the whole frame by
 * the last bit, it interpolates. Pieces begin only where it does not.
 * @param {number} frame of the context
 * @param {number} rate
 */
function isExact(frame, rate) {
  return (frame / rate) * rate === frame;
}

export class BufferPlayer {
  kind = /** @type {const} */ ('buffers');

  /**
   * @param {BaseAudioContext} context
   * @param {{streamRate: number, servo: boolean}} options
   */
  constructor(context, options) {
    this.context = context;
    this.output = context.createGain(); // all pieces meet here; its gain stays 1
    this.playout = new Playout({ ...options, contextRate: context.sampleRate });
    this.endFrame = 0; // of the context: one past what is scheduled
    this.timer = setInterval(() => this.pump(), PUMP_MS);
    /** @type {Set<AudioBufferSourceNode>} */
    this.sources = new Set(); // kept until they have ended
  }

  /** @returns {number} frames of the context that are scheduled and not played */
  scheduled() {
    const now = Math.ceil(this.context.currentTime * this.context.sampleRate);
    return Math.max(0, this.endFrame - now);
  }

  noteAhead() {
    this.playout.aheadFrames = this.playout.sounding
      ? Math.round(this.scheduled() * this.playout.reader.baseStep)
      : 0;
  }

  /** @param {number} firstFrame @param {Int16Array} pcm */
  push(firstFrame, pcm) {
    this.noteAhead();
    this.playout.push(firstFrame, pcm);
    this.pump();
  }

  /** @param {number} frames */
  setTarget(frames) {
    this.playout.setTarget(frames);
  }

  flush() {
    this.playout.flush();
    this.pump();
  }

  /** Schedules what is due. */
  pump() {
    const rate = this.context.sampleRate;
    const ahead = AHEAD_SECONDS * rate;
    const piece = Math.round(PIECE_SECONDS * rate);
    for (;;) {
      const scheduled = this.scheduled();
      if (scheduled >= ahead) return;
      const ready = Math.min(piece, this.playout.readyOutput());
      if (ready >= PIECE_MIN_FRAMES) this.schedule(ready);
      else if (scheduled >= LATE_SECONDS * rate) return;
      else this.schedule(this.playout.sounding ? PIECE_MIN_FRAMES : SILENCE_FRAMES);
    }
  }

  /** @param {number} atMost frames of the context */
  schedule(atMost) {
    const { context } = this;
    const rate = context.sampleRate;
    const earliest = Math.ceil((context.currentTime + LATE_SECONDS / 4) * rate);
    if (this.endFrame < earliest) {
      if (this.endFrame > 0) this.playout.interrupt(); // the page was busy for too long
      this.endFrame = earliest;
      while (!isExact(this.endFrame, rate)) this.endFrame += 1;
    }
    let frames = atMost;
    while (!isExact(this.endFrame + frames, rate)) frames -= 1;
    const buffer = context.createBuffer(2, frames, rate);
    this.noteAhead();
    this.playout.render(buffer.getChannelData(0), buffer.getChannelData(1));
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.output);
    source.onended = () => {
      this.sources.delete(source);
      this.pump();
    };
    source.start(this.endFrame / rate);
    this.sources.add(source);
    this.endFrame += frames;
  }

  /** @returns {PlayoutReport} */
  report() {
    this.noteAhead();
    return this.playout.report();
  }

  /** @returns {number | null} the stream frame that leaves the player now; null in silence */
  frameNow() {
    return this.playout.playing ? this.report().frame : null;
  }

  close() {
    clearInterval(this.timer);
    this.output.disconnect();
    for (const source of this.sources) source.stop();
    this.sources.clear();
  }
}
