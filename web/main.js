// @ts-check
/*
 * main - puts the page together: stream to player and score, controls to station, words to
 * screen.
 */
import { describeFigures, showFigures, showFonts } from './about.js';
import { getControl, postControl } from './api.js';
import { connectionWords, stateWords } from './connection-text.js';
import { ControlSender } from './control-sender.js';
import { Controls } from './controls.js';
import { DueClock } from './due-clock.js';
import { HeardNotes } from './heard-notes.js';
import { Horizon } from './horizon.js';
import { loadSettings } from './listener-settings.js';
import { announceMedia, bindMediaKeys } from './media-session.js';
import { NowSounding, setText } from './now-sounding.js';
import { bindOwnControls } from './own-controls.js';
import { Player } from './player.js';
import { Score } from './score.js';
import { Steering } from './steering.js';
import { Stream } from './stream.js';
import { TokenDialog } from './token-dialog.js';
import { WhyPanel } from './why-panel.js';

/** @typedef {import('./protocol.js').ControlAck} ControlAck */
/** @typedef {import('./protocol.js').Params} Params */
/** @typedef {import('./protocol.js').ServerMessage} ServerMessage */

const TICK_MS = 200;
const HIDDEN_MS = 20000; // hidden and stopped for so long: the connection is let go
const START_MS = 1000; // of history when the page opens, so that play is heard at once
const SCORE_KEPT_SECONDS = 20;
const WHY_BESIDE = '(min-width: 80rem) and (min-height: 44rem)'; // as in style.css

/**
 * @template {HTMLElement} T
 * @param {string} id @param {{new (): T}} type
 * @returns {T}
 */
function find(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`the page lacks #${id}`);
  return element;
}

const playButton = find('play', HTMLButtonElement);
const aboutDetails = find('about', HTMLDetailsElement);
const stateText = find('state', HTMLElement);
const connectionText = find('connection', HTMLElement);
const pieceText = find('now-piece', HTMLElement);

const score = new Score();
const notes = new HeardNotes(find('announcer', HTMLElement));
let audio = 'waiting'; // flowing, waiting or resting, as the station said last
const due = new DueClock(() => performance.now());

const player = new Player({
  servo: new URLSearchParams(location.search).get('servo') !== 'off',
  onchange: () => show(),
});
const stream = new Stream({
  base: document.baseURI,
  format: loadSettings().format,
  burstMs: START_MS,
  listener: {
    onstate(state) {
      if (state === 'retrying' && !player.wanted) stream.forgetPlace();
      show();
    },
    onhello,
    onchunk(chunk, isLive) {
      if (isLive) due.observe(chunk.firstFrame);
      player.push(chunk, isLive);
    },
    onmessage,
  },
});
const sender = new ControlSender({
  clock: stream.clock,
  prefix: Math.random().toString(36).slice(2, 10),
  deliver,
  onresult,
});
const controls = new Controls({
  places: {
    presets: find('presets', HTMLElement),
    main: find('controls', HTMLElement),
    more: find('controls-more', HTMLElement),
    mix: find('controls-mix', HTMLElement),
  },
  sender,
  notes,
});
const steerNote = find('steer-note', HTMLElement);
const unlockButton = find('unlock', HTMLButtonElement);
const tokenDialog = new TokenDialog({
  dialog: find('token-dialog', HTMLDialogElement),
  form: find('token-form', HTMLFormElement),
  input: find('token', HTMLInputElement),
  error: find('token-error', HTMLElement),
  cancel: find('token-cancel', HTMLButtonElement),
  ontoken: (typed) => steering.offer(typed),
});
const steering = new Steering({
  store: localStorage,
  path: new URL('.', document.baseURI).pathname,
  show: (token) => stream.send({ type: 'token', token }),
  onchange: showSteering,
  onanswer: (refusal) => tokenDialog.answer(refusal),
});
unlockButton.onclick = () => tokenDialog.ask();
const nowSounding = new NowSounding(score, {
  root: find('chord-root', HTMLElement),
  accidental: find('chord-accidental', HTMLElement),
  colour: find('chord-colour', HTMLElement),
  piece: pieceText,
  next: find('now-next', HTMLElement),
});
find('why', HTMLDetailsElement).open = matchMedia(WHY_BESIDE).matches;
const whyPanel = new WhyPanel(score, {
  degree: find('why-degree', HTMLElement),
  rule: find('why-rule', HTMLElement),
  chord: find('why-chord', HTMLElement),
  note: find('why-note', HTMLElement),
  draw: find('why-draw', HTMLElement),
  part: find('form-part', HTMLElement),
  arc: find('form-arc', HTMLElement),
  form: find('form', HTMLElement),
});

/** @param {import('./protocol.js').Hello} hello @param {boolean} isNewStream */
function onhello(hello, isNewStream) {
  if (isNewStream) score.clear();
  audio = hello.audio;
  due.set(hello.frame, hello.sample_rate);
  player.configure({ rate: hello.sample_rate, chunkFrames: hello.chunk_frames }, isNewStream);
  showControls(hello);
}

/** @param {import('./protocol.js').ControlState} state */
function showControls(state) {
  controls.set(state);
  steering.begin(state.control);
}

const STEER_NOTES = {
  allowed: 'What you change, all listeners hear.',
  asking: 'Who knows its token may steer this station.',
  off: 'This station cannot be steered from here.',
};

function showSteering() {
  const { isAllowed, isAsking, mode } = steering;
  controls.setEnabled(isAllowed);
  unlockButton.hidden = !isAsking;
  if (isAllowed) setText(steerNote, STEER_NOTES.allowed);
  else setText(steerNote, mode === 'off' ? STEER_NOTES.off : STEER_NOTES.asking);
}

/** @param {ServerMessage} message */
function onmessage(message) {
  if (message.type === 'phrase') {
    if (message.stream === stream.hello?.stream) score.add(message);
  } else if (message.type === 'params') {
    const isOwn = sender.isOwnDoing;
    const changed = controls.update(message.params);
    if (!isOwn) changed.forEach((name) => notes.show(name, 'changed by a listener', 'heard'));
  } else if (message.type === 'control_ack') {
    sender.answer(message);
  } else if (message.type === 'token_ack') {
    steering.answer(message);
  } else if (message.type === 'status') {
    audio = message.audio ?? audio;
  } else if (message.type === 'error') {
    console.warn(`${message.code}: ${message.message}`);
  }
}

/** @param {string} id @param {Params} params */
function deliver(id, params) {
  if (stream.send({ type: 'control', id, ...params })) return;
  postControl(params, steering.headers)
    .then((ack) => sender.answer({ ...ack, id }))
    .catch((error) => sender.answer({ id, ok: false, errors: [{ error: error.message }] }));
}

/** @param {Params} params @param {ControlAck} ack */
function onresult(params, ack) {
  const names = Object.keys(params);
  const heard = player.frameHeard();
  for (const name of names) {
    if (ack.ok) {
      const ownMs = heard === null ? null : framesToMs((ack.effective_frame ?? heard) - heard);
      const title = controls.describe({ [name]: params[name] });
      notes.count(name, ownMs ?? ack.effective_in_ms ?? 0, heard !== null, title);
    } else {
      const own = ack.errors?.find(({ param }) => param === name) ?? ack.errors?.[0];
      notes.refuse(
        name,
        own?.error ?? ack.error ?? 'refused',
        controls.describe({ [name]: params[name] }),
      );
    }
  }
  controls.refresh();
}

/** @param {number} frames @returns {number} */
function framesToMs(frames) {
  return (frames / player.format.rate) * 1000;
}

/** @returns {number | null} what the page shows: at the ear, or due when nothing is heard */
function frameShown() {
  return player.frameHeard() ?? (stream.state === 'live' ? due.now() : null);
}

const levels = new Float32Array(1024);
/** @returns {number} peak of what sounds, 0 to 1 */
function level() {
  if (!player.analyser) return 0;
  player.analyser.getFloatTimeDomainData(levels);
  return levels.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}

new Horizon(find('horizon', HTMLCanvasElement), score, () => {
  const frame = frameShown();
  const mode = frame === null ? undefined : score.phraseAt(frame)?.mode;
  return { frame, rate: player.format.rate, level: level(), mode };
});

/** Everything in words. */
function show() {
  const heard = player.frameHeard();
  const dueFrame = due.now();
  const behindMs = heard === null || dueFrame === null ? null : framesToMs(dueFrame - heard);
  const connection = {
    stream: stream.state,
    audio,
    player: player.state,
    behindMs,
    retryInMs: stream.retryAtMs - performance.now(),
    online: navigator.onLine,
  };
  const isOn = player.wanted;
  playButton.dataset.on = String(isOn);
  setText(find('play-name', HTMLElement), isOn ? 'Stop' : 'Play');
  setText(stateText, stateWords(connection));
  setText(connectionText, connectionWords(connection));
  find('player-note', HTMLElement).hidden = player.backend?.kind !== 'buffers';
  document.documentElement.dataset.playing = String(connection.player === 'playing');
}

let changeTimer = 0;
/** What sounds, and again at the very frame at which it changes. */
function showMusic() {
  const frame = frameShown();
  const { rate } = player.format;
  nowSounding.show(frame, rate);
  whyPanel.show(frame);
  clearTimeout(changeTimer);
  if (frame === null) return;
  const inMs = framesToMs(score.changeAfter(frame) - frame);
  if (inMs < TICK_MS) changeTimer = window.setTimeout(showMusic, Math.ceil(inMs));
}

function tick() {
  show();
  notes.tick();
  if (document.hidden) return;
  showMusic();
  const frame = frameShown();
  if (frame !== null) score.prune(frame - SCORE_KEPT_SECONDS * player.format.rate);
  if (player.wanted) announceMedia(true, pieceText.textContent ?? '');
  if (aboutDetails.open) showFigures(find('figures', HTMLElement), figures());
}

function figures() {
  const { hello, reconnects } = stream;
  const connection = {
    stream: hello?.stream ?? null,
    version: hello?.version ?? '',
    reconnects,
  };
  return describeFigures(player.stats(), connection);
}

function play() {
  stream.open();
  player.start();
}

function stop() {
  player.stop();
  announceMedia(false, pieceText.textContent ?? '');
}

playButton.onclick = () => (player.wanted ? stop() : play());
bindMediaKeys({ play, stop });

bindOwnControls({
  volume: find('volume', HTMLInputElement),
  format: find('format', HTMLSelectElement),
  onvolume: (gain) => player.setVolume(gain),
  onformat: (format) => stream.setFormat(format),
});
aboutDetails.ontoggle = () => {
  if (aboutDetails.open) showFonts(find('fonts', HTMLElement));
};

let hiddenTimer = 0;
addEventListener('online', () => stream.poke());
document.addEventListener('visibilitychange', () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) {
    hiddenTimer = window.setTimeout(() => {
      if (player.wanted) return;
      stream.close();
      stream.forgetPlace();
    }, HIDDEN_MS);
  } else {
    stream.open();
    stream.poke();
    player.wake();
  }
});

setInterval(tick, TICK_MS);
stream.open();
getControl().then((state) => {
  if (!stream.hello) showControls(state);
}, console.warn);
tick();

/** For tests and for the curious: figures, and the audio graph to tap. */
Object.assign(window, {
  auralis: {
    stats: () => ({
      ...player.stats(),
      connection: stream.state,
      stream: stream.hello?.stream ?? null,
      nextFrame: stream.nextFrame,
      reconnects: stream.reconnects,
      duplicates: stream.duplicates,
    }),
    frameShown,
    graph: () => ({ context: player.context, output: player.backend?.output ?? null }),
  },
});
