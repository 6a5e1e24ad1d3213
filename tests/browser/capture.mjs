/*
 * capture - records what leaves the player in the browser, and compares it with what the
 * station sent.
 */
import assert from 'node:assert/strict';

const FADE_FRAMES = 512; // the player's, with some to spare
const SILENCE_FRAMES = 1000; // so many zeros are a pause and not music
const BLOCK_FRAMES = 16384;
const QUANTUM_FRAMES = 128;
const PROBE_FRAMES = 64;

/** An audio thread's ear: posts every frame that passes. */
const TAP = `
class Tap extends AudioWorkletProcessor {
  block = new Float32Array(${2 * BLOCK_FRAMES});
  at = 0;
  process([[left, right]]) {
    for (let i = 0; left && i < left.length; i++) {
      this.block[this.at++] = left[i];
      this.block[this.at++] = right[i];
      if (this.at < this.block.length) continue;
      this.port.postMessage(this.block);
      this.at = 0;
    }
    return true;
  }
}
registerProcessor('tap', Tap);`;

/**
 * Begins to record. The page must allow code of the test's own. Over plain http, where there is
 * no worklet for the test either, a ScriptProcessorNode listens.
 * @param {import('playwright-core').Page} page that plays
 */
export async function startCapture(page) {
  await page.evaluate(
    async ({ code, blockFrames }) => {
      const { context, output } = window.auralis.graph();
      const blocks = [];
      let tap;
      if (context.audioWorklet) {
        const module = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
        await context.audioWorklet.addModule(module);
        tap = new AudioWorkletNode(context, 'tap');
        tap.port.onmessage = ({ data }) => blocks.push(data);
      } else {
        tap = context.createScriptProcessor(blockFrames, 2, 2);
        tap.onaudioprocess = ({ inputBuffer }) => {
          const [left, right] = [inputBuffer.getChannelData(0), inputBuffer.getChannelData(1)];
          const block = new Float32Array(blockFrames * 2);
          left.forEach((sample, i) => {
            block[2 * i] = sample;
            block[2 * i + 1] = right[i];
          });
          blocks.push(block);
        };
      }
      output.connect(tap).connect(context.destination);
      window.capture = { blocks, tap }; // kept, or the tap would be collected
    },
    { code: TAP, blockFrames: BLOCK_FRAMES },
  );
}

/**
 * @typedef {{pcm: Int16Array, inexact: number[]}} Capture  inexact: frames that no int16 gives
 */

/** @param {import('playwright-core').Page} page @returns {Promise<Capture>} */
export async function readCapture(page) {
  const { text, inexact } = await page.evaluate(() => {
    const { blocks } = window.capture;
    const all = new Float32Array(blocks.reduce((sum, block) => sum + block.length, 0));
    blocks.forEach((block, i) => all.set(block, i * block.length));
    const pcm = Int16Array.from(all, (sample) => sample * 32768);
    const inexact = [];
    all.forEach((sample, i) => {
      if (sample * 32768 !== pcm[i]) inexact.push(i >> 1);
    });
    const bytes = new Uint8Array(pcm.buffer);
    let text = '';
    for (let i = 0; i < bytes.length; i += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
    }
    return { text: btoa(text), inexact };
  });
  const bytes = Buffer.from(text, 'base64');
  const pcm = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2).slice();
  return { pcm, inexact };
}

/**
 * The music between silences, without the fades at its ends.
 * @param {Int16Array} pcm
 * @returns {{from: number, to: number}[]} frames
 */
function findSections(pcm) {
  const sections = [];
  let from = 0; // after the last silence
  let zeros = SILENCE_FRAMES; // as if there had been silence before
  const frames = pcm.length / 2;
  for (let frame = 0; frame <= frames; frame++) {
    const isSilent = frame < frames && pcm[2 * frame] === 0 && pcm[2 * frame + 1] === 0;
    if (frame === frames || (isSilent && zeros + 1 === SILENCE_FRAMES)) {
      const to = frame - zeros;
      if (to - from > 4 * FADE_FRAMES)
        sections.push({ from: from + FADE_FRAMES, to: to - FADE_FRAMES });
    }
    if (!isSilent && zeros >= SILENCE_FRAMES) from = frame;
    zeros = isSilent ? zeros + 1 : 0;
  }
  return sections;
}

/**
 * @returns {boolean} whether `count` frames of a from `at` on are those of b from `other` on
 */
function isEqual(a, at, b, other, count) {
  if (at < 0 || other < 0 || 2 * (at + count) > a.length || 2 * (other + count) > b.length)
    return false;
  for (let i = 0; i < 2 * count; i++) {
    if (a[2 * at + i] !== b[2 * other + i]) return false;
  }
  return true;
}

/** @returns {number} the frame in `sent` where the probe at `frame` of `pcm` lies */
function findProbe(pcm, frame, sent) {
  for (let at = 0; 2 * at < sent.length; at++) {
    if (isEqual(pcm, frame, sent, at, PROBE_FRAMES)) return at;
  }
  return assert.fail('what was captured is nowhere in what was sent');
}

/**
 * Compares all the music that was captured with what was sent. A ScriptProcessorNode misses a
 * whole quantum when the page reads its last block in that moment, which is just after a block
 * begins; such a slip is the test's own and counted apart.
 * @param {Capture} capture
 * @param {{firstFrame: number, pcm: Int16Array}} sent
 */
export function compare({ pcm, inexact }, sent) {
  const result = { sections: 0, frames: 0, differing: 0, inexact: 0, loud: 0, missedByTap: 0 };
  for (const { from, to } of findSections(pcm)) {
    result.sections += 1;
    result.inexact += inexact.filter((frame) => frame >= from && frame < to).length;
    compareSection(result, pcm, from, to, sent.pcm);
  }
  return result;
}

/** Adds to `result` what is found from frame `from` to frame `to`. */
function compareSection(result, pcm, from, to, sent) {
  let offset = findProbe(pcm, from, sent) - from;
  for (let frame = from; frame < to && 2 * (frame + offset) < sent.length; frame++) {
    result.frames += 1;
    if (Math.abs(pcm[2 * frame]) > 32) result.loud += 1;
    if (isEqual(pcm, frame, sent, frame + offset, 1)) continue;
    const after = frame + offset + QUANTUM_FRAMES;
    const isBlockStart = frame % BLOCK_FRAMES < 8 * QUANTUM_FRAMES;
    if (isBlockStart && isEqual(pcm, frame, sent, after, PROBE_FRAMES)) {
      offset += QUANTUM_FRAMES;
      result.missedByTap += 1;
    } else {
      result.differing += 1;
    }
  }
}
