import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeControls, formatValue, prettyPitch } from '../../web/control-model.js';
import { ControlSender } from '../../web/control-sender.js';

const ratio = (title, effect) => ({
  type: 'number',
  minimum: 0,
  maximum: 1,
  title,
  'x-unit': 'ratio',
  'x-effect': effect,
});
const SCHEMA = {
  type: 'object',
  properties: {
    seed: { type: 'string', pattern: '^[0-9]{1,20}$', title: 'Seed', 'x-effect': 'section' },
    'mix.pad': ratio('Pads', 'now'),
    intensity: ratio('Intensity', 'beat'),
    bpm: {
      type: 'number',
      minimum: 60,
      maximum: 120,
      title: 'Tempo',
      'x-unit': 'bpm',
      'x-effect': 'bar',
    },
    mode: { type: 'string', enum: ['ionian', 'aeolian'], title: 'Mode', 'x-effect': 'bar' },
    key: { type: 'string', enum: ['C', 'C#', 'Bb'], title: 'Key', 'x-effect': 'bar' },
    preset: {
      type: 'string',
      enum: ['none', 'focus', 'sleep'],
      title: 'Preset',
      'x-effect': 'preset',
    },
    sparkle: ratio(undefined, 'now'),
  },
};
const PRESETS = [
  { name: 'sleep', doc: 'Dark.' },
  { name: 'focus', doc: 'Clear.' },
];
const controls = describeControls(SCHEMA, PRESETS);
const find = (name) => controls.find((control) => control.name === name);

test('every parameter of the schema has a control, known to this page or not', () => {
  assert.deepEqual(
    controls.map(({ name }) => name).sort(),
    Object.keys(SCHEMA.properties).sort(),
  );
  assert.equal(find('sparkle').label, 'Sparkle');
  assert.equal(find('sparkle').place, 'more');
});

test('key, mode, tempo and intensity come first, in this order', () => {
  const main = controls.filter(({ place }) => place === 'main').map(({ name }) => name);
  assert.deepEqual(main, ['key', 'mode', 'bpm', 'intensity']);
});

test('ranges and steps come from the schema', () => {
  assert.deepEqual([find('bpm').min, find('bpm').max, find('bpm').step], [60, 120, 1]);
  assert.deepEqual(
    [find('intensity').min, find('intensity').max, find('intensity').step],
    [0, 1, 0.01],
  );
});

test('presets are buttons with what the station says about them, and none is not one', () => {
  assert.deepEqual(find('preset').options, [
    { value: 'focus', label: 'Focus', doc: 'Clear.' },
    { value: 'sleep', label: 'Sleep', doc: 'Dark.' },
  ]);
});

test('keys and chords are written as musicians do', () => {
  assert.deepEqual(
    find('key').options.map(({ label }) => label),
    ['C', 'C♯', 'B♭'],
  );
  assert.equal(prettyPitch('C#m7b5'), 'C♯m7♭5');
  assert.equal(prettyPitch('Bbadd9'), 'B♭add9');
  assert.equal(prettyPitch('Ebmaj9'), 'E♭maj9');
});

test('values are said with their unit', () => {
  assert.equal(formatValue(find('bpm'), 72), '72 bpm');
  assert.equal(formatValue(find('bpm'), 71.25), '71.3 bpm');
  assert.equal(formatValue(find('intensity'), 0.355), '36 %');
  assert.equal(formatValue(find('mode'), 'aeolian'), 'Aeolian');
});

function makeSender() {
  const timers = new Map();
  let nextId = 1;
  const clock = {
    nowMs: 0,
    now: () => clock.nowMs,
    setTimeout: (callback, ms) => {
      timers.set(nextId, { callback, atMs: clock.nowMs + ms });
      return nextId++;
    },
    clearTimeout: (id) => timers.delete(id),
    pass(ms) {
      const until = clock.nowMs + ms;
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.atMs <= until);
        if (due.length === 0) break;
        const [id, timer] = due.sort((a, b) => a[1].atMs - b[1].atMs)[0];
        timers.delete(id);
        clock.nowMs = timer.atMs;
        timer.callback();
      }
      clock.nowMs = until;
    },
  };
  const sent = [];
  const results = [];
  const sender = new ControlSender({
    clock,
    prefix: 'p',
    deliver: (id, params) => sent.push({ id, params }),
    onresult: (params, ack) =>
      results.push({ params, ok: ack.ok, error: ack.errors?.[0]?.error }),
  });
  return { clock, sent, results, sender };
}

test('timbre goes out while the slider moves, but not with every pixel', () => {
  const { clock, sent, sender } = makeSender();
  for (let i = 0; i <= 100; i++) {
    sender.change('brightness', i / 100, 'now');
    clock.pass(10);
  }
  clock.pass(500);
  assert.ok(sent.length >= 7 && sent.length <= 10, `${sent.length} requests in a second`);
  assert.deepEqual(sent[sent.length - 1].params, { brightness: 1 });
});

test('what begins a musical transition waits until the listener has settled', () => {
  const { clock, sent, sender } = makeSender();
  for (const key of ['B', 'C', 'D']) {
    sender.change('key', key, 'bar');
    clock.pass(200);
  }
  assert.equal(sent.length, 0);
  clock.pass(200);
  assert.deepEqual(
    sent.map(({ params }) => params),
    [{ key: 'D' }],
  );
});

test('a pressed button is sent at once', () => {
  const { sent, sender } = makeSender();
  sender.press('preset', 'sleep');
  assert.deepEqual(sent, [{ id: 'p-1', params: { preset: 'sleep' } }]);
});

test('a control is busy from the first movement to the answer', () => {
  const { clock, sender } = makeSender();
  sender.change('key', 'D', 'bar');
  assert.equal(sender.isBusy('key'), true);
  assert.equal(sender.isBusy('mode'), false);
  clock.pass(400);
  assert.equal(sender.isBusy('key'), true);
  sender.answer({ id: 'p-1', ok: true });
  assert.equal(sender.isBusy('key'), false);
});

test('every request has one result: the answer, or that there was none', () => {
  const { clock, results, sender } = makeSender();
  sender.press('preset', 'sleep');
  sender.answer({ id: 'p-1', ok: false, errors: [{ param: 'preset', error: 'no' }] });
  sender.answer({ id: 'p-1', ok: true });
  sender.answer({ id: 'other', ok: true });
  sender.press('preset', 'focus');
  clock.pass(10000);
  assert.deepEqual(results, [
    { params: { preset: 'sleep' }, ok: false, error: 'no' },
    { params: { preset: 'focus' }, ok: false, error: 'the station did not answer' },
  ]);
});
