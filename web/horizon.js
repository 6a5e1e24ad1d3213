// @ts-check
/*
 * horizon - draws the notes that are coming: time runs from right to left, pitch upwards, the
 * upright line is now. Cheap on purpose: plain strokes, at most FRAMES_PER_SECOND, nothing
 * while the page is hidden, one still picture a second for those who want less motion.
 */
import { modeHue } from './palette.js';

/** @typedef {import('./protocol.js').Note} Note */
/** @typedef {import('./score.js').Score} Score */
/**
 * @typedef {{frame: number | null, rate: number, level: number, mode: string | undefined}}
 *   Moment
 */
/** @typedef {{width: number, bar: number, tail: number, turn: number, light: number}} Look */

const FRAMES_PER_SECOND = 24;
const STILL_MS = 1000;
const SECONDS_SHOWN = 16;
const NOW_AT = 0.2; // of the width
const MIDI_LOW = 28;
const MIDI_HIGH = 94;
const RELEASE_SECONDS = 1.5; // how long a note glows on

/**
 * @type {Record<string, Look>} width in px, bar and tail as opacity, turn of the hue in degrees
 */
const LOOKS = {
  pad: { width: 9, bar: 0.55, tail: 0.18, turn: 0, light: 66 },
  bass: { width: 12, bar: 0.55, tail: 0.18, turn: -30, light: 52 },
  lead: { width: 6, bar: 1, tail: 0.5, turn: 40, light: 86 },
  bell: { width: 7, bar: 1, tail: 0.5, turn: -70, light: 88 },
  swell: { width: 22, bar: 0.16, tail: 0.06, turn: -50, light: 70 },
  kick: { width: 4, bar: 0.6, tail: 0.22, turn: 0, light: 50 },
  brush: { width: 3, bar: 0.5, tail: 0.2, turn: 0, light: 60 },
};
const DOTS = new Set(['lead', 'bell', 'kick', 'brush']);

export class Horizon {
  lastMs = 0; // drawn last
  glow = 0; // smoothed level
  width = 0; // in CSS pixels
  height = 0;
  request = 0;

  /**
   * @param {HTMLCanvasElement} canvas @param {Score} score
   * @param {() => Moment} getMoment
   */
  constructor(canvas, score, getMoment) {
    this.canvas = canvas;
    this.score = score;
    this.getMoment = getMoment;
    this.brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.still = matchMedia('(prefers-reduced-motion: reduce)');
    new ResizeObserver(() => this.resize()).observe(canvas);
    document.addEventListener('visibilitychange', () => this.run());
    this.run();
  }

  /** Draws from now on, unless the page is hidden. */
  run() {
    cancelAnimationFrame(this.request);
    if (document.hidden) return;
    this.request = requestAnimationFrame((ms) => this.step(ms));
  }

  /** @param {number} ms */
  step(ms) {
    const everyMs = this.still.matches ? STILL_MS : 1000 / FRAMES_PER_SECOND;
    if (ms - this.lastMs >= everyMs - 2) {
      this.lastMs = ms;
      this.draw(this.getMoment());
    }
    this.run();
  }

  resize() {
    const scale = Math.min(devicePixelRatio || 1, 2);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * scale);
    this.canvas.height = Math.round(this.height * scale);
    this.brush.setTransform(scale, 0, 0, scale, 0, 0);
    this.lastMs = 0;
  }

  /** @param {Moment} moment */
  draw({ frame, rate, level, mode }) {
    const { brush, width, height } = this;
    const hue = modeHue(mode);
    brush.clearRect(0, 0, width, height);
    this.glow += 0.15 * (level - this.glow);
    this.drawNow(hue);
    if (frame === null) return;
    const pxPerFrame = width / (SECONDS_SHOWN * rate);
    const first = frame - (NOW_AT * width) / pxPerFrame;
    const last = first + width / pxPerFrame;
    brush.lineCap = 'round';
    for (const note of this.score.notes) {
      if (note.frame < last && note.frame + note.frames > first) {
        this.drawNote(note, { frame, rate, first, pxPerFrame, hue });
      }
    }
  }

  /** The upright line, brighter with the sound. @param {number} hue */
  drawNow(hue) {
    const { brush, width, height } = this;
    const x = Math.round(NOW_AT * width) + 0.5;
    const light = brush.createLinearGradient(0, 0, 0, height);
    const opacity = 0.28 + 0.5 * Math.min(1, this.glow * 3);
    light.addColorStop(0, `hsl(${hue} 60% 80% / 0)`);
    light.addColorStop(0.5, `hsl(${hue} 60% 80% / ${opacity})`);
    light.addColorStop(1, `hsl(${hue} 60% 80% / 0)`);
    brush.fillStyle = light;
    brush.fillRect(x, 0, 1, height);
  }

  /**
   * @param {Note} note
   * @param {{frame: number, rate: number, first: number, pxPerFrame: number, hue: number}} view
   */
  drawNote(note, { frame, rate, first, pxPerFrame, hue }) {
    const { brush, height } = this;
    const look = LOOKS[note.role] ?? LOOKS.pad;
    const edge = look.width / 2 + 6;
    const pitch = (note.midi - MIDI_LOW) / (MIDI_HIGH - MIDI_LOW);
    const y = height - edge - pitch * (height - 2 * edge);
    const from = (note.frame - first) * pxPerFrame;
    const length = Math.max(1, note.frames * pxPerFrame - look.width - 2);
    const bright = brightness(note, frame, rate);
    const strength = 0.45 + 0.55 * (note.velocity / 100);
    const colour = `hsl(${hue + look.turn} 48% ${look.light}%`;
    brush.lineWidth = look.width;
    brush.strokeStyle = `${colour} / ${strength * (look.tail + bright * (look.bar - look.tail))})`;
    const isDot = DOTS.has(note.role);
    brush.beginPath();
    brush.moveTo(from, y);
    brush.lineTo(from + (isDot ? 0.01 : length), y);
    brush.stroke();
    if (!isDot) return;
    brush.lineWidth = 1.5;
    brush.strokeStyle = `${colour} / ${strength * (0.1 + 0.3 * bright)})`;
    brush.beginPath();
    brush.moveTo(from, y);
    brush.lineTo(from + length, y);
    brush.stroke();
    if (bright > 0) this.drawRipple(from, y, colour, bright);
  }

  /** A ring that widens as a struck note dies away.
   * @param {number} x @param {number} y @param {string} colour @param {number} bright 1 to 0 */
  drawRipple(x, y, colour, bright) {
    const { brush } = this;
    brush.lineWidth = 1;
    brush.strokeStyle = `${colour} / ${0.5 * bright * bright})`;
    brush.beginPath();
    brush.arc(x, y, 5 + 16 * (1 - bright), 0, 2 * Math.PI);
    brush.stroke();
  }
}

/**
 * @param {Note} note
 * @param {number} frame
 * @param {number} rate
 * @returns {number} 1 while it sounds
 */
function brightness(note, frame, rate) {
  if (frame < note.frame) return 0;
  const end = DOTS.has(note.role) ? note.frame : note.frame + note.frames;
  return Math.max(0, 1 - Math.max(0, frame - end) / (RELEASE_SECONDS * rate));
}
