// @ts-check
/*
 * control-sender - turns what a listener does to the controls into few, settled control
 * requests.
 *
 * Timbre and loudness go out while a slider moves; what begins a musical transition waits until
 * the listener has come to rest. Every request ends in exactly one result: the station's
 * answer, or that there was none.
 *
 * Time is passed in; the transport is the caller's.
 */

/** @typedef {import('./protocol.js').ControlAck} ControlAck */
/** @typedef {import('./protocol.js').Effect} Effect */
/** @typedef {import('./protocol.js').Params} Params */
/** @typedef {import('./protocol.js').ParamValue} ParamValue */
/** @typedef {import('./stream.js').Clock} Clock */

const QUICK_MS = 120; // at most so often
const SETTLE_MS = 350; // after the last movement
const ANSWER_MS = 6000;
const AFTERGLOW_MS = 1000; // what arrives so soon after an answer may still be older than it

export class ControlSender {
  /**
   * @param {{
   *   clock: Clock, prefix: string, deliver: (id: string, params: Params) => void,
   *   onresult: (params: Params, ack: ControlAck) => void
   * }} options prefix: makes ids differ from other pages'
   */
  constructor({ clock, prefix, deliver, onresult }) {
    this.clock = clock;
    this.prefix = prefix;
    this.deliver = deliver;
    this.onresult = onresult;
    this.sent = 0;
    this.lastSentMs = -Infinity;
    this.lastAnswerMs = -Infinity;
    /** @type {Map<string, {value: ParamValue, dueMs: number}>} */
    this.pending = new Map();
    /** @type {Map<string, {params: Params, timer: any}>} */
    this.inFlight = new Map();
    this.timer = null;
  }

  /** @param {string} name @param {ParamValue} value @param {Effect} effect */
  change(name, value, effect) {
    const now = this.clock.now();
    const isQuick = effect === 'now' || effect === 'beat';
    const dueMs = isQuick ? Math.max(now, this.lastSentMs + QUICK_MS) : now + SETTLE_MS;
    this.pending.set(name, { value, dueMs });
    this.arm();
  }

  /**
   * Sends at once, for what is pressed and not moved.
   * @param {string} name
   * @param {ParamValue} value
   */
  press(name, value) {
    this.pending.set(name, { value, dueMs: this.clock.now() });
    this.flush();
  }

  arm() {
    this.clock.clearTimeout(this.timer);
    if (this.pending.size === 0) return;
    const dueMs = Math.min(...[...this.pending.values()].map((change) => change.dueMs));
    const waitMs = Math.max(0, dueMs - this.clock.now());
    this.timer = this.clock.setTimeout(() => this.flush(), waitMs);
  }

  flush() {
    const now = this.clock.now();
    /** @type {Params} */
    const params = {};
    for (const [name, { value, dueMs }] of this.pending) {
      if (dueMs <= now) params[name] = value;
    }
    for (const name of Object.keys(params)) this.pending.delete(name);
    if (Object.keys(params).length > 0) this.request(params);
    this.arm();
  }

  /** @param {Params} params */
  request(params) {
    this.sent += 1;
    this.lastSentMs = this.clock.now();
    const id = `${this.prefix}-${this.sent}`;
    const timer = this.clock.setTimeout(() => {
      this.answer({ id, ok: false, errors: [{ error: 'the station did not answer' }] });
    }, ANSWER_MS);
    this.inFlight.set(id, { params, timer });
    this.deliver(id, params);
  }

  /** @param {ControlAck} ack */
  answer(ack) {
    const request = this.inFlight.get(ack.id ?? '');
    if (!request) return;
    this.inFlight.delete(ack.id ?? '');
    this.clock.clearTimeout(request.timer);
    this.lastAnswerMs = this.clock.now();
    this.onresult(request.params, ack);
  }

  /**
   * @param {string} name
   * @returns {boolean} whether the listener's own value is still on its way
   */
  isBusy(name) {
    if (this.pending.has(name)) return true;
    return [...this.inFlight.values()].some(({ params }) => name in params);
  }

  /** @returns {boolean} whether what the station says now may come from this page */
  get isOwnDoing() {
    if (this.pending.size + this.inFlight.size > 0) return true;
    return this.clock.now() - this.lastAnswerMs < AFTERGLOW_MS;
  }
}
