import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionWords, stateWords } from '../../web/connection-text.js';
import { cleanSettings } from '../../web/listener-settings.js';

const LIVE = {
  stream: 'live',
  audio: 'flowing',
  player: 'playing',
  behindMs: 412,
  retryInMs: 0,
  online: true,
};

test('playing says how far behind the station it is', () => {
  assert.equal(stateWords(LIVE), 'Playing, 0.4 s behind');
  assert.equal(connectionWords(LIVE), 'Connected, live');
});

test('a lost connection says that the buffer plays on, and when it is tried again', () => {
  const lost = { ...LIVE, stream: 'retrying', retryInMs: 3400 };
  assert.equal(connectionWords(lost), 'Connection lost, playing on from the buffer');
  assert.equal(stateWords({ ...lost, player: 'filling' }), 'Trying again in 4 s');
  assert.equal(
    connectionWords({ ...lost, player: 'filling', online: false }),
    'You are offline',
  );
});

test('a station that waits or rests is told from one that plays', () => {
  assert.match(connectionWords({ ...LIVE, audio: 'waiting' }), /not sounding yet/);
  assert.match(connectionWords({ ...LIVE, audio: 'resting' }), /rests/);
});

test('every state has words', () => {
  for (const stream of ['closed', 'connecting', 'waiting', 'live', 'retrying']) {
    for (const player of ['stopped', 'blocked', 'filling', 'playing']) {
      const connection = { ...LIVE, stream, player };
      assert.ok(stateWords(connection).length > 0);
      assert.ok(connectionWords(connection).length > 0);
    }
  }
});

test('stored settings are used only where they make sense, and nothing else is kept', () => {
  assert.deepEqual(cleanSettings(null), { volume: 0.8, format: 'pcm' });
  assert.deepEqual(cleanSettings({ volume: 0.3, format: 'json', key: 'D' }), {
    volume: 0.3,
    format: 'json',
  });
  assert.deepEqual(cleanSettings({ volume: 7, format: 'mp3' }), { volume: 0.8, format: 'pcm' });
  assert.deepEqual(cleanSettings('x'), { volume: 0.8, format: 'pcm' });
});
