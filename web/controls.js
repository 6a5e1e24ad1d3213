// @ts-check
/*
 * controls - the station's controls as form elements, made from the served schema. They show
 * what the station says; only the listener's own doing makes them send anything.
 */
import { describeControls, formatValue } from './control-model.js';

/** @typedef {import('./control-model.js').Control} Control */
/** @typedef {import('./control-sender.js').ControlSender} ControlSender */
/** @typedef {import('./heard-notes.js').HeardNotes} HeardNotes */
/** @typedef {import('./protocol.js').ControlState} ControlState */
/** @typedef {import('./protocol.js').Params} Params */
/** @typedef {import('./protocol.js').ParamValue} ParamValue */
/**
 * @typedef {{control: Control, element: HTMLElement, show: (value: ParamValue) => void}} Widget
 */
/** @typedef {Record<Control['place'], HTMLElement>} Places */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {string} className @param {string} [text]
 * @returns {HTMLElementTagNameMap[T]}
 */
function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

export class Controls {
  /** @param {{places: Places, sender: ControlSender, notes: HeardNotes}} options */
  constructor({ places, sender, notes }) {
    this.places = places;
    this.sender = sender;
    this.notes = notes;
    /** @type {Map<string, Widget>} */
    this.widgets = new Map();
    /** @type {Params} what the station said last */
    this.params = {};
    this.schemaText = '';
    this.held = ''; // the slider under the listener's finger
  }

  /**
   * @param {ControlState} state of the station; builds the controls anew only if they differ
   */
  set({ schema, presets, params }) {
    const schemaText = JSON.stringify([schema, presets]);
    if (schemaText !== this.schemaText) {
      this.schemaText = schemaText;
      this.build(describeControls(schema, presets));
    }
    this.params = params;
    this.refresh();
  }

  /**
   * @param {Params} params as the station announces them
   * @returns {string[]} names that differ
   */
  update(params) {
    const changed = Object.keys(params).filter((name) => params[name] !== this.params[name]);
    this.params = { ...this.params, ...params };
    this.refresh();
    return changed;
  }

  /** Shows the station's values, except where the listener is at work. */
  refresh() {
    for (const [name, widget] of this.widgets) {
      const value = this.params[name];
      const isOwn = this.held === name || this.sender.isBusy(name);
      if (value !== undefined && !isOwn) widget.show(value);
    }
  }

  /** @param {boolean} enabled */
  setEnabled(enabled) {
    for (const place of Object.values(this.places)) {
      place.querySelectorAll('input, button').forEach((element) => {
        /** @type {HTMLInputElement} */ (element).disabled = !enabled;
      });
    }
  }

  /** @param {Params} params @returns {string} "Tempo 72 bpm" */
  describe(params) {
    return Object.entries(params)
      .map(([name, value]) => {
        const control = this.widgets.get(name)?.control;
        return control ? `${control.label} ${formatValue(control, value)}` : name;
      })
      .join(', ');
  }

  /** @param {Control[]} controls */
  build(controls) {
    this.widgets.clear();
    this.notes.clear();
    for (const place of Object.values(this.places)) place.replaceChildren();
    for (const control of controls) {
      const widget = this.makeWidget(control);
      this.widgets.set(control.name, widget);
      this.places[control.place].append(widget.element);
    }
  }

  /** @param {Control} control @returns {Widget} */
  makeWidget(control) {
    if (control.kind === 'preset') return this.makePresets(control);
    if (control.kind === 'choice') return this.makeChoice(control);
    if (control.kind === 'range') return this.makeRange(control);
    return this.makeText(control);
  }

  /** @param {Control} control @param {HTMLElement} label @param {HTMLElement[]} extra */
  makeHead(control, label, ...extra) {
    const note = make('span', 'note');
    note.dataset.tone = 'rest';
    this.notes.add(control, note);
    const head = make('div', 'control-head');
    head.append(label, ...extra, note);
    return head;
  }

  /** @param {Control} control @returns {HTMLElement} for screen readers, and on hover */
  makeDoc(control) {
    const doc = make('p', 'hidden', control.doc);
    doc.id = `doc-${control.name}`;
    return doc;
  }

  /** @param {Control} control @returns {Widget} */
  makePresets(control) {
    const element = make('div', 'control presets');
    element.setAttribute('role', 'group');
    element.setAttribute('aria-labelledby', 'label-preset');
    const label = make('h3', 'control-label', `${control.label}s`);
    label.id = 'label-preset';
    const grid = make('div', 'preset-grid');
    const buttons = control.options.map((option) => {
      const button = make('button', 'preset');
      button.type = 'button';
      button.dataset.preset = String(option.value);
      button.append(
        make('span', 'preset-name', option.label),
        make('span', 'preset-doc', option.doc),
      );
      button.onclick = () => this.sender.press(control.name, option.value);
      return button;
    });
    grid.append(...buttons);
    element.append(this.makeHead(control, label), grid);
    /** @param {ParamValue} value */
    const show = (value) => {
      for (const button of buttons) {
        button.setAttribute('aria-pressed', String(button.dataset.preset === value));
      }
    };
    return { control, element, show };
  }

  /** @param {Control} control @returns {Widget} */
  makeChoice(control) {
    const element = make('fieldset', 'control choice');
    element.title = control.doc;
    element.setAttribute('aria-describedby', `doc-${control.name}`);
    const legend = make('legend', 'hidden', control.label);
    const label = make('span', 'control-label', control.label);
    label.setAttribute('aria-hidden', 'true'); // the legend says it
    const chips = make('div', 'chips');
    chips.dataset.count = String(control.options.length);
    const inputs = control.options.map((option) => {
      const chip = make('label', 'chip');
      const input = make('input', 'hidden');
      input.type = 'radio';
      input.name = control.name;
      input.value = String(option.value);
      input.onchange = () => this.sender.change(control.name, option.value, control.effect);
      chip.append(input, make('span', 'chip-face', option.label));
      chips.append(chip);
      return input;
    });
    element.append(legend, this.makeHead(control, label), chips, this.makeDoc(control));
    /** @param {ParamValue} value */
    const show = (value) => {
      for (const input of inputs) input.checked = input.value === String(value);
    };
    return { control, element, show };
  }

  /** @param {Control} control @returns {Widget} */
  makeRange(control) {
    const element = make('div', 'control range');
    element.title = control.doc;
    const input = make('input', 'slider');
    input.type = 'range';
    input.id = `control-${control.name}`;
    input.min = String(control.min);
    input.max = String(control.max);
    input.step = String(control.step);
    input.setAttribute('aria-describedby', `doc-${control.name}`);
    const label = make('label', 'control-label', control.label);
    label.htmlFor = input.id;
    const output = make('span', 'control-value');
    /** @param {ParamValue} value */
    const show = (value) => {
      const text = formatValue(control, value);
      input.value = String(value);
      output.textContent = text;
      input.setAttribute('aria-valuetext', text);
      paintSlider(input);
    };
    this.listen(control, input, show);
    element.append(this.makeHead(control, label, output), input, this.makeDoc(control));
    return { control, element, show };
  }

  /**
   * @param {Control} control
   * @param {HTMLInputElement} input
   * @param {(value: number) => void} show
   */
  listen(control, input, show) {
    input.oninput = () => {
      const value = Number(input.value);
      show(value);
      this.sender.change(control.name, value, control.effect);
    };
    input.onpointerdown = () => {
      this.held = control.name;
    };
    input.onpointerup = input.onpointercancel = () => {
      this.held = '';
      this.refresh();
    };
  }

  /** @param {Control} control @returns {Widget} */
  makeText(control) {
    const element = make('div', 'control text');
    element.title = control.doc;
    const input = make('input', 'text-input');
    input.id = `control-${control.name}`;
    input.autocomplete = 'off';
    input.spellcheck = false;
    input.inputMode = /^\^?\[0-9\]/.test(control.pattern) ? 'numeric' : 'text';
    input.setAttribute('aria-describedby', `doc-${control.name}`);
    const label = make('label', 'control-label', control.label);
    label.htmlFor = input.id;
    input.onchange = () => this.sender.press(control.name, input.value.trim());
    element.append(this.makeHead(control, label), input, this.makeDoc(control));
    /** @param {ParamValue} value */
    const show = (value) => {
      if (document.activeElement !== input) input.value = String(value);
    };
    return { control, element, show };
  }
}

/** Colours the part of a slider below its value. @param {HTMLInputElement} input */
export function paintSlider(input) {
  const min = Number(input.min);
  const share = (Number(input.value) - min) / (Number(input.max) - min);
  input.style.setProperty('--share', String(share));
}
