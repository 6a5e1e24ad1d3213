// @ts-check
/*
 * control-model - what controls the page shows, from the schema that the station serves. A
 * parameter this page has never heard of gets a control too.
 *
 * Pure: no document.
 */

/** @typedef {import('./protocol.js').ControlSchema} ControlSchema */
/** @typedef {import('./protocol.js').Effect} Effect */
/** @typedef {import('./protocol.js').ParamSchema} ParamSchema */
/** @typedef {import('./protocol.js').ParamValue} ParamValue */
/** @typedef {import('./protocol.js').Preset} Preset */
/** @typedef {{value: ParamValue, label: string, doc: string}} Option */
/**
 * @typedef {{
 *   name: string, kind: 'choice' | 'preset' | 'range' | 'text', label: string, doc: string,
 *   unit: string, effect: Effect, place: 'presets' | 'main' | 'more' | 'mix',
 *   options: Option[], min: number, max: number, step: number, pattern: string
 * }} Control
 */

const MAIN = ['key', 'mode', 'bpm', 'intensity'];
const NO_PRESET = 'none';
const EFFECT_WORDS = {
  now: '',
  beat: 'from the next beat',
  bar: 'from the next bar',
  preset: 'over four bars',
  section: 'a new section',
};

/** @param {string} text "C#m7b5" @returns {string} "C♯m7♭5" */
export function prettyPitch(text) {
  return text
    .replace(/#/g, '♯')
    .replace(/([A-G\d(/])b/g, '$1♭')
    .replace(/b(?=\d)/g, '♭');
}

/** @param {string} text @returns {string} */
function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {string} name @param {ParamValue} value @returns {string} */
function optionLabel(name, value) {
  return name === 'key' ? prettyPitch(String(value)) : capitalised(String(value));
}

/** @param {string} name @param {ParamSchema} schema @returns {Control['kind'] | null} */
function kindOf(name, schema) {
  if (name === 'preset') return 'preset';
  if (schema.enum) return 'choice';
  if (schema.type === 'string') return 'text';
  const bounded = schema.minimum !== undefined && schema.maximum !== undefined;
  return bounded ? 'range' : null;
}

/** @param {string} name @param {Control['kind']} kind @returns {Control['place']} */
function placeOf(name, kind) {
  if (kind === 'preset') return 'presets';
  if (MAIN.includes(name)) return 'main';
  return name.startsWith('mix.') ? 'mix' : 'more';
}

/**
 * @param {string} name
 * @param {ParamSchema} schema
 * @param {Preset[]} presets
 * @returns {Option[]}
 */
function optionsOf(name, schema, presets) {
  const values = (schema.enum ?? []).filter(
    (value) => name !== 'preset' || value !== NO_PRESET,
  );
  return values.map((value) => ({
    value,
    label: optionLabel(name, value),
    doc: (name === 'preset' && presets.find((preset) => preset.name === value)?.doc) || '',
  }));
}

/**
 * @param {ControlSchema} schema
 * @param {Preset[]} presets
 * @returns {Control[]} in the order to show them
 */
export function describeControls(schema, presets) {
  /** @type {Control[]} */
  const controls = [];
  for (const [name, param] of Object.entries(schema.properties)) {
    const kind = kindOf(name, param);
    if (!kind) continue;
    const min = param.minimum ?? 0;
    const max = param.maximum ?? 1;
    controls.push({
      name,
      kind,
      label: param.title ?? capitalised(name),
      doc: param.description ?? '',
      unit: param['x-unit'] ?? '',
      effect: param['x-effect'] ?? 'now',
      place: placeOf(name, kind),
      options: optionsOf(name, param, presets),
      min,
      max,
      step: max - min >= 20 ? 1 : (max - min) / 100,
      pattern: param.pattern ?? '',
    });
  }
  /** @param {Control} control */
  const rank = ({ name }) => (MAIN.includes(name) ? MAIN.indexOf(name) : MAIN.length);
  return controls.sort((a, b) => rank(a) - rank(b));
}

/** @param {Control} control @param {ParamValue} value @returns {string} for people */
export function formatValue(control, value) {
  if (control.kind === 'range' && typeof value === 'number') {
    if (control.unit === 'ratio') return `${Math.round(value * 100)} %`;
    return `${Math.round(value * 10) / 10} ${control.unit}`.trim();
  }
  return control.options.find((option) => option.value === value)?.label ?? String(value);
}

/** @param {Effect} effect @returns {string} when a change is heard */
export function effectWords(effect) {
  return EFFECT_WORDS[effect] ?? '';
}
