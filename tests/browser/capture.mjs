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
const MISSED_QUANTA_MAX = 64; // at once

/** An audio thread's ear: posts every frame that passes. */
const TAP = `
class Tap extends AudioWorkletProcessor {
  block = [new Float32Array(${BLOCK_FRAMES}), new Float32Array(${BLOCK_FRAMES})];
  at = 0;
  process([input]) {
    if (input.length === 0) return true;
    this.block.forEach((channel, i) => channel.set(input[i], this.at));
    this.at += input[0].length;
    if (this.at === ${BLOCK_FRAMES}) {
      this.port.postMessage(this.block);
      this.at = 0;
    }
    return true;
  }
}
registerProcessor('tap', Tap);`;

/**
 * Begins to record. The page must allow code of the test's own. Over plain http, where there is
 * no worklet for the test either, two ScriptProcessorNodes listen: one of them misses a few
 * quanta when the page reads its last block in that moment, both never miss the same.
 * @param {import('playwright-core').Page} page that plays
 */
export async function startCapture(page) {
  await page.evaluate(
    async ({ code, blockFrames }) => {
      const { context, output } = window.auralis.graph();
      window.taps = []; // kept, or they would be collected
      async function listen(makeTap) {
        const blocks = [];
        const node = await makeTap(blocks);
        output.connect(node).connect(context.destination);
        window.taps.push({ node, blocks });
      }
      if (context.audioWorklet) {
        const module = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
        await context.audioWorklet.addModule(module);
        await listen((blocks) => {
          const node = new AudioWorkletNode(context, 'tap');
          node.port.onmessage = ({ data }) => blocks.push(data);
          return node;
        });
        return;
      }
      const makeProcessor = (blocks) => {
        const node = context.createScriptProcessor(blockFrames, 2, 2);
        node.onaudioprocess = ({ inputBuffer }) => {
          blocks.push([0, 1].map((channel) => inputBuffer.getChannelData(channel).slice()));
        };
        return node;
      };
      await listen(makeProcessor);
      const apartMs = (blockFrames / context.sampleRate) * 400; // so that they are read apart
      await new Promise((resolve) => setTimeout(resolve, apartMs));
      await listen(makeProcessor);
    },
    { code: TAP, blockFrames: BLOCK_FRAMES },
  );
}

/**
 * @typedef {{pcm: Int16Array, inexact: number[]}} Capture  inexact: frames that no int16 gives
 */

/**
 * @param {import('playwright-core').Page} page
 * @returns {Promise<Capture[]>} of each that listened
 */
export async function readCaptures(page) {
  const captures = await page.evaluate(() =>
    window.taps.map(({ blocks }) => {
      const frames = blocks.reduce((sum, [left]) => sum + left.length, 0);
      const pcm = new Int16Array(frames * 2);
      const inexact = [];
      let frame = 0;
      for (const [left, right] of blocks) {
        for (let i = 0; i < left.length; i++, frame++) {
          pcm[2 * frame] = left[i] * 32768;
          pcm[2 * frame + 1] = right[i] * 32768;
          const isExact =
            pcm[2 * frame] === left[i] * 32768 && pcm[2 * frame + 1] === right[i] * 32768;
          if (!isExact) inexact.push(frame);
        }
      }
      const bytes = new Uint8Array(pcm.buffer);
      let text = '';
      for (let i = 0; i < bytes.length; i += 0x8000) {
        text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
      }
      return { text: btoa(text), inexact };
    }),
  );
  return captures.map(({ text, inexact }) => {
    const bytes = Buffer.from(text, 'base64');
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
    return { pcm: samples.slice(), inexact };
  });
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
 * Compares all the music that was captured with what was sent.
 * @param {Capture[]} captures
 * @param {{firstFrame: number, pcm: Int16Array}} sent
 */
export function compare(captures, sent) {
  const results = captures.map((capture) => compareOne(capture, sent.pcm));
  const missed = results
    .map((result) => result.missed)
    .reduce((one, other) => new Set([...one].filter((quantum) => other.has(quantum))));
  const worst = (name) => Math.max(...results.map((result) => result[name]));
  return {
    sections: worst('sections'),
    frames: Math.min(...results.map((result) => result.frames)),
    loud: Math.min(...results.map((result) => result.loud)),
    differing: worst('differing'),
    inexact: worst('inexact'),
    missed: missed.size,
    missedByOne: worst('missedByOne'),
  };
}

/** @param {Capture} capture @param {Int16Array} sent */
function compareOne({ pcm, inexact }, sent) {
  const result = {
    sections: 0,
    frames: 0,
    loud: 0,
    differing: 0,
    inexact: 0,
    missed: new Set(), // quanta of what was sent that were not heard
    missedByOne: 0,
  };
  for (const { from, to } of findSections(pcm)) {
    result.sections += 1;
    result.inexact += inexact.filter((frame) => frame >= from && frame < to).length;
    compareSection(result, pcm, from, to, sent);
  }
  result.missedByOne = result.missed.size;
  return result;
}

/** Adds to `result` what is found from frame `from` to frame `to`. */
function compareSection(result, pcm, from, to, sent) {
  let offset = findProbe(pcm, from, sent) - from;
  for (let frame = from; frame < to && 2 * (frame + offset) < sent.length; frame++) {
    result.frames += 1;
    if (Math.abs(pcm[2 * frame]) > 32) result.loud += 1;
    if (isEqual(pcm, frame, sent, frame + offset, 1)) continue;
    const quanta = findMissedQuanta(pcm, frame, sent, frame + offset);
    if (quanta === 0) {
      result.differing += 1;
      continue;
    }
    for (let i = 0; i <= quanta; i++) {
      result.missed.add(Math.floor((frame + offset) / QUANTUM_FRAMES) + i);
    }
    offset += quanta * QUANTUM_FRAMES;
  }
}

/** @returns {number} after how many whole quanta `pcm` goes on in `sent`; 0 when it does not */
function findMissedQuanta(pcm, frame, sent, at) {
  for (let quanta = 1; quanta <= MISSED_QUANTA_MAX; quanta++) {
    if (isEqual(pcm, frame, sent, at + quanta * QUANTUM_FRAMES, PROBE_FRAMES)) return quanta;
  }
  return 0;
}
