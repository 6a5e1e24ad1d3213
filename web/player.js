// @ts-check
/*
 * player - what the page plays with: an audio context made in a click, the volume, and one of
 * the two players behind it (the worklet, or scheduled buffers where there is none).
 *
 * Chunks of the last second are kept while nothing plays, so that music is there at once.
 *
 * Threads: the page's.
 */
import { BufferPlayer } from './player-buffers.js';
import { NodePlayer } from './player-node.js';
import { DepthPolicy, JitterEstimator, START_CHUNKS } from './jitter.js';

/** @typedef {import('./chunk.js').Chunk} Chunk */
/** @typedef {NodePlayer | BufferPlayer} Backend */
/** @typedef {{rate: number, chunkFrames: number}} StreamFormat */

const RECENT_CHUNKS = 12;
const FADE_SECONDS = 0.03; // time constant of a change of volume
const STOP_MS = 180;

export class Player {
  /** @param {{servo: boolean, onchange: () => void}} options */
  constructor({ servo, onchange }) {
    this.servo = servo;
    this.onchange = onchange;
    this.wanted = false; // the listener pressed play
    this.volume = 1; // gain
    /** @type {StreamFormat} */
    this.format = { rate: 44100, chunkFrames: 4410 };
    this.known = false; // the station told its format
    /** @type {Chunk[]} */
    this.recent = [];
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {GainNode | null} */
    this.gain = null;
    /** @type {AnalyserNode | null} */
    this.analyser = null;
    /** @type {Backend | null} */
    this.backend = null;
    this.jitter = new JitterEstimator();
    this.policy = new DepthPolicy();
    this.underruns = 0; // known so far
    this.attachment = 0; // counts the tries, so that only the last one counts
  }

  /** Starts to play. Call it in a click or key handler. */
  start() {
    if (this.wanted) return;
    this.wanted = true;
    this.jitter = new JitterEstimator(); // what was measured while the page loaded says little
    this.policy = new DepthPolicy();
    playThroughMuteSwitch();
    this.context = makeContext(this.format.rate);
    this.gain = this.context.createGain();
    this.gain.gain.value = this.volume;
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.gain.connect(this.context.destination);
    this.gain.connect(this.analyser);
    this.context.onstatechange = () => this.onchange();
    this.context.resume();
    if (this.known) this.attach(this.context);
    this.onchange();
  }

  /** Fades out and lets go of the audio device. */
  stop() {
    const { context, gain, backend } = this;
    this.wanted = false;
    this.context = null;
    this.gain = null;
    this.analyser = null;
    this.backend = null;
    if (context && gain) {
      context.onstatechange = null;
      gain.gain.setTargetAtTime(0, context.currentTime, FADE_SECONDS);
      setTimeout(() => {
        backend?.close();
        context.close();
      }, STOP_MS);
    }
    this.onchange();
  }

  /** @param {AudioContext} context */
  async attach(context) {
    this.attachment += 1;
    const own = this.attachment;
    const backend = await this.makeBackend(context);
    if (this.context !== context || !this.gain || own !== this.attachment) {
      backend.close(); // stopped meanwhile, or the stream became another
      return;
    }
    backend.output.connect(this.gain);
    backend.setTarget(this.policy.chunks * this.format.chunkFrames);
    for (const chunk of this.recent.slice(-this.policy.chunks)) {
      backend.push(chunk.firstFrame, chunk.pcm); // as many as are to be ahead
    }
    this.backend = backend;
    this.onchange();
  }

  /** @param {AudioContext} context @returns {Promise<Backend>} */
  async makeBackend(context) {
    const options = { streamRate: this.format.rate, servo: this.servo };
    if (context.audioWorklet) {
      try {
        return await NodePlayer.create(context, options);
      } catch (error) {
        console.warn('no audio worklet, playing scheduled buffers', error);
      }
    }
    return new BufferPlayer(context, options);
  }

  /**
   * What the station sends from now on.
   * @param {StreamFormat} format @param {boolean} isNewStream what was kept is of no use
   */
  configure(format, isNewStream) {
    const sameRate = this.known && this.format.rate === format.rate;
    this.format = format;
    this.known = true;
    this.jitter.interrupt();
    if (isNewStream) {
      this.recent = [];
      this.backend?.flush();
    }
    if (this.context && !(this.backend && sameRate)) {
      this.backend?.close();
      this.backend = null;
      this.attach(this.context);
    }
  }

  /** @param {Chunk} chunk @param {boolean} isLive sent when due, not from history */
  push(chunk, isLive) {
    const last = this.recent[this.recent.length - 1];
    if (last && last.firstFrame + last.frames !== chunk.firstFrame) this.recent = [];
    this.recent.push(chunk);
    if (this.recent.length > RECENT_CHUNKS) this.recent.shift();
    this.backend?.push(chunk.firstFrame, chunk.pcm);
    this.measure(chunk, isLive);
  }

  /** @param {Chunk} chunk @param {boolean} isLive */
  measure(chunk, isLive) {
    if (!isLive) {
      this.jitter.interrupt();
      return;
    }
    const now = performance.now();
    this.jitter.observe(now, (chunk.firstFrame / this.format.rate) * 1000);
    const before = this.policy.chunks;
    let chunks = this.policy.update(now, this.jitter.jitterMs);
    const underruns = this.backend?.report()?.underruns ?? 0;
    if (underruns > this.underruns) chunks = this.policy.hurry();
    this.underruns = underruns;
    if (chunks !== before) this.backend?.setTarget(chunks * this.format.chunkFrames);
  }

  /** @param {number} gain */
  setVolume(gain) {
    this.volume = gain;
    if (this.context && this.gain) {
      this.gain.gain.setTargetAtTime(gain, this.context.currentTime, FADE_SECONDS);
    }
  }

  /** The system may have taken the device away (a call, another tab): ask for it again. */
  wake() {
    if (this.context && this.context.state !== 'running') this.context.resume();
  }

  /** @returns {'stopped' | 'blocked' | 'filling' | 'playing'} */
  get state() {
    if (!this.wanted || !this.context) return 'stopped';
    if (this.backend && this.context.state !== 'running') return 'blocked';
    return this.backend?.report()?.playing ? 'playing' : 'filling';
  }

  /** @returns {number | null} the stream frame at the listener's ear; null in silence */
  frameHeard() {
    const frame = this.backend?.frameNow();
    if (frame === null || frame === undefined || !this.context) return null;
    const latency = this.context.outputLatency || this.context.baseLatency || 0;
    return frame - latency * this.format.rate;
  }

  stats() {
    const report = this.backend?.report();
    const toMs = 1000 / this.format.rate;
    return {
      state: this.state,
      player: this.backend?.kind ?? null,
      streamRate: this.format.rate,
      contextRate: this.context?.sampleRate ?? null,
      jitterMs: this.jitter.jitterMs,
      targetMs: (report?.targetFrames ?? START_CHUNKS * this.format.chunkFrames) * toMs,
      depthMs: report ? report.depthFrames * toMs : 0,
      underruns: report?.underruns ?? 0,
      pauses: report?.pauses ?? 0,
      lostFrames: report?.lostFrames ?? 0,
      skippedFrames: report?.skippedFrames ?? 0,
      playedFrames: report?.playedFrames ?? 0,
      trim: report?.trim ?? 0,
    };
  }
}

/**
 * iPhones silence web audio with the mute switch unless the page says that it is for listening.
 */
function playThroughMuteSwitch() {
  const session = /** @type {any} */ (navigator).audioSession;
  if (session) session.type = 'playback';
}

/** @param {number} rate @returns {AudioContext} at that rate where the browser allows it */
function makeContext(rate) {
  try {
    return new AudioContext({ sampleRate: rate, latencyHint: 'balanced' });
  } catch {
    return new AudioContext();
  }
}
