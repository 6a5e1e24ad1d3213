// @ts-check
/*
 * player-worklet - the audio thread. process() does not allocate, post messages or log: chunks
 * come in by message, and the page asks for a report when it wants one.
 */
import { Playout } from './playout.js';

/** @typedef {import('./playout.js').PlayerCommand} PlayerCommand */

class PlayerProcessor extends AudioWorkletProcessor {
  /** @param {{processorOptions: {streamRate: number, servo: boolean}}} options */
  constructor({ processorOptions }) {
    super();
    this.playout = new Playout({ ...processorOptions, contextRate: sampleRate });
    this.alive = true;
    this.port.onmessage = ({ data }) => this.obey(data);
  }

  /** @param {PlayerCommand} command */
  obey(command) {
    if (command.type === 'chunk') this.playout.push(command.firstFrame, command.pcm);
    else if (command.type === 'target') this.playout.setTarget(command.frames);
    else if (command.type === 'flush') this.playout.flush();
    else if (command.type === 'end') this.alive = false;
    else this.port.postMessage({ ...this.playout.report(), contextTime: currentTime });
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs [0] = [left, right] */
  process(_inputs, outputs) {
    this.playout.render(outputs[0][0], outputs[0][1]);
    return this.alive;
  }
}

registerProcessor('auralis-player', PlayerProcessor);
