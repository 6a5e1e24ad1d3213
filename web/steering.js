// @ts-check
/*
 * steering - whether this page may steer the station: everybody may, who has shown its token
 * may, or nobody may.
 *
 * A token that the station took is kept in this browser, and shown again with each connection:
 * the listener is asked for it once. One that it no longer takes is forgotten.
 *
 * Pure but for the storage that is passed in.
 */

/** @typedef {'open' | 'token' | 'off'} ControlMode */
/** @typedef {{type: 'token_ack', ok: boolean, code?: string, message?: string}} TokenAck */
/** @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} Store */

const KEY = 'auralis-token'; // and the page's path: a proxy may put several stations on one origin

export class Steering {
  /**
   * @param {{
   *   store: Store, path: string, show: (token: string) => boolean, onchange: () => void,
   *   onanswer: (refusal: string) => void
   * }} options show: tells the station the token, false when it cannot; onanswer: a token that
   *   was offered is taken, or why it is not
   */
  constructor({ store, path, show, onchange, onanswer }) {
    this.store = store;
    this.key = `${KEY} ${path}`;
    this.show = show;
    this.onchange = onchange;
    this.onanswer = onanswer;
    /** @type {ControlMode} */
    this.mode = 'open';
    this.isShown = false; // the station has taken the token on this connection
    this.offered = ''; // what the listener has just typed
    this.token = this.load();
  }

  /** @returns {boolean} */
  get isAllowed() {
    return this.mode === 'open' || (this.mode === 'token' && this.isShown);
  }

  /** @returns {boolean} whether the listener has to be asked */
  get isAsking() {
    return this.mode === 'token' && !this.isShown && this.token === '';
  }

  /** A connection begins. @param {string | undefined} control what the station said */
  begin(control) {
    this.mode = control === 'token' || control === 'off' ? control : 'open';
    this.isShown = false;
    if (this.mode === 'token' && this.token !== '') this.show(this.token);
    this.onchange();
  }

  /** @param {string} typed */
  offer(typed) {
    this.offered = typed.trim();
    if (this.offered === '') this.onanswer('The token is missing.');
    else if (!this.show(this.offered)) this.onanswer('The station does not answer just now.');
  }

  /** @param {TokenAck} ack */
  answer({ ok, code, message }) {
    const { offered } = this;
    this.offered = '';
    this.isShown = ok;
    if (ok && offered !== '') this.keep(offered);
    if (!ok && offered === '' && code === 'token_wrong') this.forget();
    this.onchange();
    if (offered !== '') this.onanswer(ok ? '' : (message ?? 'It was refused.'));
  }

  /** @returns {Record<string, string>} for a request over HTTP */
  get headers() {
    return this.token === '' ? {} : { authorization: `Bearer ${this.token}` };
  }

  load() {
    try {
      return this.store.getItem(this.key) ?? '';
    } catch {
      return ''; // storage may be forbidden
    }
  }

  /** @param {string} token */
  keep(token) {
    this.token = token;
    try {
      this.store.setItem(this.key, token);
    } catch {
      // it holds until the page is closed
    }
  }

  forget() {
    this.token = '';
    try {
      this.store.removeItem(this.key);
    } catch {
      // nothing was kept
    }
  }
}
