// @ts-check
/*
 * player-node - the page's end of the audio thread: hands it chunks, asks it for reports.
 *
 * Threads: the page's.
 */

/** @typedef {import('./playout.js').PlayoutReport} PlayoutReport */

const REPORT_MS = 250;

export class NodePlayer {
  kind = /** @type {const} */ ('worklet');

  /**
   * @param {BaseAudioContext} context
   * @param {{streamRate: number, servo: boolean}} options
   */
  static async create(context, options) {
    await context.audioWorklet.addModule(new URL('player-worklet.js', import.meta.url).href);
    return new NodePlayer(context, options);
  }

  /**
   * @param {BaseAudioContext} context
   * @param {{streamRate: number, servo: boolean}} options
   */
  constructor(context, options) {
    this.context = context;
    this.streamRate = options.streamRate;
    this.output = new AudioWorkletNode(context, 'auralis-player', {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: options,
    });
    /** @type {PlayoutReport | null} */
    this.last = null;
    this.lastTime = 0; // of the context, when the report was made
    this.output.port.onmessage = ({ data }) => {
      this.last = data;
      this.lastTime = data.contextTime;
    };
    this.timer = setInterval(() => this.send({ type: 'report' }), REPORT_MS);
  }

  /** @param {import('./playout.js').PlayerCommand} command */
  send(command) {
    this.output.port.postMessage(command);
  }

  /** @param {number} firstFrame @param {Int16Array} pcm */
  push(firstFrame, pcm) {
    this.send({ type: 'chunk', firstFrame, pcm });
  }

  /** @param {number} frames */
  setTarget(frames) {
    this.send({ type: 'target', frames });
  }

  flush() {
    this.send({ type: 'flush' });
  }

  /** @returns {PlayoutReport | null} the last one, at most REPORT_MS old */
  report() {
    return this.last;
  }

  /** @returns {number | null} the stream frame that leaves the player now; null in silence */
  frameNow() {
    if (!this.last?.playing) return null;
    const elapsed = Math.max(0, this.context.currentTime - this.lastTime);
    return this.last.frame + elapsed * this.streamRate;
  }

  close() {
    clearInterval(this.timer);
    this.send({ type: 'end' });
    this.output.disconnect();
  }
}
