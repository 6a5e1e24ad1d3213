import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Steering } from '../../web/steering.js';

/** A page's steering, with what it showed the station and what it said. */
function make({ kept = {}, reachable = true } = {}) {
  const values = new Map(Object.entries(kept));
  const shown = [];
  const answers = [];
  const steering = new Steering({
    store: {
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => values.set(key, value),
      removeItem: (key) => values.delete(key),
    },
    path: '/radio/',
    show(token) {
      if (reachable) shown.push(token);
      return reachable;
    },
    onchange() {},
    onanswer: (refusal) => answers.push(refusal),
  });
  return { steering, shown, answers, values };
}

const KEY = 'auralis-token /radio/';
const TAKEN = { type: 'token_ack', ok: true };
const WRONG = { type: 'token_ack', ok: false, code: 'token_wrong', message: 'not the token' };
const OFTEN = { type: 'token_ack', ok: false, code: 'too_many_tokens', message: 'too many' };

test('an open station asks for nothing, one that is off allows nothing', () => {
  const { steering, shown } = make({ kept: { [KEY]: 'abc' } });
  steering.begin('open');
  assert.deepEqual([steering.isAllowed, steering.isAsking], [true, false]);
  steering.begin(undefined); // an older station
  assert.deepEqual([steering.isAllowed, steering.isAsking], [true, false]);
  steering.begin('off');
  assert.deepEqual([steering.isAllowed, steering.isAsking], [false, false]);
  assert.deepEqual(shown, []);
});

test('a token that was taken is kept, and shown with the next connection', () => {
  const { steering, shown, answers, values } = make();
  steering.begin('token');
  assert.deepEqual([steering.isAllowed, steering.isAsking], [false, true]);
  steering.offer(' abc ');
  assert.equal(values.size, 0);
  steering.answer(TAKEN);
  assert.deepEqual([steering.isAllowed, steering.isAsking], [true, false]);
  assert.deepEqual(answers, ['']);
  assert.equal(values.get(KEY), 'abc');
  assert.deepEqual(steering.headers, { authorization: 'Bearer abc' });
  steering.begin('token');
  assert.deepEqual([steering.isAllowed, steering.isAsking], [false, false]);
  assert.deepEqual(shown, ['abc', 'abc']);
  steering.answer(TAKEN);
  assert.equal(steering.isAllowed, true);
});

test('a wrong one is said, and nothing is kept', () => {
  const { steering, answers, values } = make();
  steering.begin('token');
  steering.offer('abc');
  steering.answer(WRONG);
  steering.offer('  ');
  assert.deepEqual(answers, ['not the token', 'The token is missing.']);
  assert.deepEqual([steering.isAllowed, values.size], [false, 0]);
});

test('a token that is no longer taken is forgotten, one that has to wait is not', () => {
  const { steering, values } = make({ kept: { [KEY]: 'abc' } });
  steering.begin('token');
  steering.answer(OFTEN);
  assert.equal(values.get(KEY), 'abc');
  steering.answer(TAKEN);
  steering.answer(WRONG); // another was made meanwhile
  assert.deepEqual([steering.isAllowed, steering.isAsking, values.size], [false, true, 0]);
});

test('what cannot be sent is said', () => {
  const { steering, answers } = make({ reachable: false });
  steering.begin('token');
  steering.offer('abc');
  assert.match(answers[0], /does not answer/);
});
