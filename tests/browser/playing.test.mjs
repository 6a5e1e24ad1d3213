/*
 * The real page plays a real station, and what leaves its player is what the station sent.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  launch,
  mappedUrl,
  openPage,
  PATIENCE_MS,
  play,
  SECONDS,
  stationUrl,
  stats,
} from './browser.mjs';
import { compare, readCaptures, startCapture } from './capture.mjs';
import { listen } from './listener.mjs';

const BREAKS = 3;
const BREAK_AFTER_MS = 2500;

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A table of one row, for the summary. */
function report(t, result, figures) {
  const { player, underruns, reconnects, lostFrames, duplicates } = figures;
  const row = { player, frames: result.frames, differ: result.differing, underruns };
  const cells = Object.entries({ ...row, reconnects, lost: lostFrames, repeated: duplicates });
  const names = cells.map(([name]) => name);
  const values = cells.map(([, value]) => value);
  for (const line of [names, names.map(() => '---'), values]) {
    t.diagnostic(`| ${line.join(' | ')} |`);
  }
}

/**
 * Plays for a while with the rate held, and compares.
 * @param {import('node:test').TestContext} t
 * @param {URL} url
 * @param {{
 *   prepare?: (page: import('playwright-core').Page) => Promise<void>,
 *   meanwhile?: () => Promise<void>, underruns?: number
 * }} options meanwhile: while it plays, before the rest of the time passes; underruns: allowed
 */
async function playAndCompare(t, url, { prepare, meanwhile, underruns = 0 } = {}) {
  url.searchParams.set('servo', 'off');
  const { page, complaints, close } = await openPage(browser, url, {
    prepare,
    bypassCSP: true,
  });
  const reference = await listen(stationUrl(), { burst: '5000' });
  await play(page);
  await startCapture(page);
  await meanwhile?.();
  await sleep(SECONDS * 1000);
  const figures = await stats(page);
  const result = compare(await readCaptures(page), reference.recorded());
  reference.close();
  await close();
  t.diagnostic(JSON.stringify({ ...result, ...figures }));
  report(t, result, figures);
  assert.equal(figures.contextRate, figures.streamRate);
  assert.ok(figures.underruns <= underruns, `${figures.underruns} underruns`);
  assert.equal(figures.lostFrames, 0, 'lost frames');
  assert.equal(result.inexact, 0, 'samples between two values of int16');
  assert.equal(result.differing, 0, 'frames that differ');
  assert.equal(result.missed, 0, 'quanta that were sent and not heard');
  const silences = figures.underruns + figures.pauses;
  assert.ok(result.sections <= 1 + silences, 'silences that the player knows nothing of');
  const seconds = SECONDS - 2 - silences;
  assert.ok(result.frames > seconds * figures.streamRate, 'as much was compared as was played');
  assert.ok(result.loud > result.frames / 10, 'it is not silence that was compared');
  assert.deepEqual(complaints, []);
  return figures;
}

test('on localhost the audio thread plays exactly what was sent, without an underrun', async (t) => {
  const figures = await playAndCompare(t, stationUrl());
  assert.equal(figures.player, 'worklet');
});

test('over plain http from a host name scheduled buffers play exactly what was sent', async (t) => {
  const figures = await playAndCompare(t, mappedUrl());
  assert.equal(figures.player, 'buffers');
});

test('over plain http the page says in one line that it plays without an audio thread', async () => {
  const { page, close } = await openPage(browser, mappedUrl());
  const note = page.locator('#player-note');
  assert.equal(await note.isVisible(), false);
  await play(page);
  await note.waitFor({ state: 'visible', timeout: PATIENCE_MS });
  await close();
});

test('a connection that breaks while it plays is resumed without hole or repeat', async (t) => {
  const routes = [];
  const figures = await playAndCompare(t, stationUrl(), {
    prepare: (page) =>
      page.routeWebSocket(/ws\/stream/, (route) => {
        routes.push(route);
        route.connectToServer();
      }),
    async meanwhile() {
      for (let i = 0; i < BREAKS; i++) {
        await sleep(BREAK_AFTER_MS);
        await routes[routes.length - 1].close();
      }
    },
    underruns: BREAKS, // a new connection may take longer than the buffer lasts
  });
  assert.equal(figures.reconnects, BREAKS);
  assert.match(routes[BREAKS].url(), /from=\d+&stream=[0-9a-f]{16}/);
});

test('the page makes no sound of itself, and stops when told to', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  await sleep(1000);
  assert.equal((await stats(page)).state, 'stopped');
  assert.equal(await page.evaluate(() => window.auralis.graph().context), null);
  await play(page);
  await page.getByRole('button', { name: 'Stop' }).click();
  await sleep(500);
  assert.equal((await stats(page)).state, 'stopped');
  await play(page);
  await close();
});
