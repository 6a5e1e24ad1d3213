// The schemas are valid, strict, and agree with one another.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { loadSchemas, schemaNames } from '../schemas.mjs';

const RUN = '0123456789abcdef';
const PARAMS = {
  key: 'A', mode: 'aeolian', bpm: 70, intensity: 0.5, brightness: 0.5, space: 0.5, width: 0.5,
  'mix.pad': 0.8, 'mix.lead': 0.8, 'mix.bass': 0.8, 'mix.bell': 0.8, 'mix.texture': 0.8,
  'mix.percussion': 0.8, preset: 'none', seed: '42',
};
const EVENT = {
  v: 1, type: 'params', run: RUN, n: 1, stream: RUN, ...PARAMS, change: 0, effective_frame: 0,
  settled_frame: 0, sound_frame: 0, glide_frames: 0, origin: '', sample_rate: 44100,
};

test('every schema compiles', () => {
  const ajv = loadSchemas();
  for (const name of schemaNames()) assert.ok(ajv.getSchema(name), name);
});

test('a params event is accepted, and refused with anything more, less or else', () => {
  const validate = loadSchemas().getSchema('params.json');
  assert.ok(validate(EVENT), JSON.stringify(validate.errors));
  for (const [name, wrong] of [['surprise', 1], ['bpm', 200], ['key', 'H'], ['effective_frame', 63]]) {
    assert.ok(!validate({ ...EVENT, [name]: wrong }), name);
  }
  for (const preset of ['', 'a b', 'x'.repeat(32)]) assert.ok(!validate({ ...EVENT, preset }), preset);
  for (const preset of ['sleep', 'dawn-2', 'x'.repeat(31)]) assert.ok(validate({ ...EVENT, preset }), preset);
  for (const name of Object.keys(EVENT)) {
    const { [name]: _, ...less } = EVENT;
    assert.ok(!validate(less), `without ${name}`);
  }
});

test('a control request names only parameters', () => {
  const validate = loadSchemas().getSchema('control-request.json');
  assert.ok(validate({ v: 1, id: 'a', op: 'set', params: { bpm: 72 } }));
  assert.ok(!validate({ v: 1, id: 'a', op: 'set', params: { speed: 72 } }));
  assert.ok(validate({ params: { bpm: 72 } })); // as composerd takes it
  assert.ok(!validate({ v: 2, params: { bpm: 72 } }));
});
