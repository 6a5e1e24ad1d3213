/*
 * How the page looks and how it is reached without a mouse or without sight. Screenshots go to
 * AURALIS_SCREENSHOTS, or build/screenshots.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, openPage, PATIENCE_MS, play, stationUrl } from './browser.mjs';

const folder =
  process.env.AURALIS_SCREENSHOTS ??
  fileURLToPath(new URL('../../build/screenshots', import.meta.url));
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launch();
  mkdirSync(folder, { recursive: true });
});
after(() => browser.close());

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {import('playwright-core').Page} page */
async function openAll(page) {
  for (const id of ['why', 'more', 'about']) {
    if (await page.locator(`#${id}`).evaluate((details) => details.open)) continue;
    await page.locator(`#${id} summary`).click();
  }
}

for (const viewport of SIZES) {
  test(`at ${viewport.width} px all fits the width, and plays without a complaint`, async (t) => {
    const { page, complaints, close } = await openPage(browser, stationUrl(), { viewport });
    await play(page);
    const chord = page.locator('#chord', { hasText: /^[A-G]/ });
    await chord.waitFor({ timeout: PATIENCE_MS });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.equal(width, viewport.width);
    assert.match(
      await page.locator('#now-piece').textContent(),
      /^[A-G][♯♭]? \w+ · \d+ bpm · section \d+$/,
    );
    await page.locator('#state', { hasText: /^Playing/ }).waitFor({ timeout: PATIENCE_MS });
    const file = path.join(folder, `page-${viewport.width}.png`);
    await page.screenshot({ path: file });
    await openAll(page);
    await sleep(500);
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({
      path: path.join(folder, `page-${viewport.width}-open.png`),
      fullPage: true,
    });
    t.diagnostic(file);
    assert.deepEqual(complaints, []);
    await close();
  });
}

test('an independent checker finds nothing to complain about', async () => {
  const checker = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  for (const viewport of SIZES) {
    const { page, close } = await openPage(browser, stationUrl(), { viewport });
    await openAll(page);
    await page.evaluate(readFileSync(checker, 'utf8'));
    const { violations } = await page.evaluate(() => window.axe.run());
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    );
    assert.deepEqual(found, []);
    await close();
  }
});

test('every control has a name for assistive technology', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  await openAll(page);
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const roles = new Set(['slider', 'button', 'radio', 'combobox', 'textbox', 'link']);
  const controls = nodes.filter(({ role, ignored }) => !ignored && roles.has(role?.value));
  assert.ok(controls.length > 30, `${controls.length} controls`);
  const nameless = controls.filter(({ name }) => !name?.value?.trim());
  assert.deepEqual(
    nameless.map(({ role }) => role.value),
    [],
  );
  const groups = nodes.filter(({ role }) => ['group', 'radiogroup'].includes(role?.value));
  const names = groups.map(({ name }) => name?.value);
  for (const name of ['Presets', 'Key', 'Mode'])
    assert.ok(names.includes(name), `a group ${name}`);
  await close();
});

test('there is one main landmark, one first heading, and no level is skipped', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  const levels = await page.evaluate(() =>
    [...document.querySelectorAll('h1, h2, h3, h4')].map((heading) =>
      Number(heading.tagName[1]),
    ),
  );
  assert.equal(levels[0], 1);
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels
    .slice(1)
    .forEach((level, i) => assert.ok(level <= levels[i] + 1, `h${levels[i]}, h${level}`));
  assert.equal(await page.getByRole('main').count(), 1);
  assert.equal(await page.getByRole('region').count(), 2);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  await close();
});

test('the tab key goes from why to play, volume, presets, key, mode, tempo and intensity', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  const visited = [];
  for (let i = 0; i < 14; i++) {
    await page.keyboard.press('Tab');
    visited.push(
      await page.evaluate(() => {
        const { activeElement: element } = document;
        return (
          element.id ||
          element.dataset.preset ||
          element.name ||
          element.className ||
          element.tagName
        );
      }),
    );
  }
  const stops = [
    'skip',
    'why-summary',
    'play',
    'volume',
    'focus',
    'meditation',
    'sleep',
    'bright',
    'dawn',
    'key',
    'mode',
    'control-bpm',
    'control-intensity',
    'SUMMARY',
  ];
  assert.deepEqual(visited, stops);
  await close();
});

test('play and stop work from the keyboard', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  await page.locator('#play').focus();
  await page.keyboard.press('Space');
  await page.waitForFunction(() => window.auralis.stats().state === 'playing');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => window.auralis.stats().state === 'stopped');
  await close();
});

test('the policy of the page allows nothing from elsewhere and no code or style inline', async () => {
  const response = await fetch(stationUrl());
  const policy = response.headers.get('content-security-policy') ?? '';
  const directives = new Map(
    policy.split(';').map((text) => {
      const [name, ...sources] = text.trim().split(/\s+/);
      return [name, sources];
    }),
  );
  const own = new Set(["'none'", "'self'", 'data:', 'blob:', 'ws:', 'wss:']);
  for (const sources of directives.values())
    assert.ok(
      sources.every((source) => own.has(source)),
      policy,
    );
  assert.ok(directives.has('default-src'));
  assert.deepEqual(directives.get('script-src'), ["'self'"]);
  assert.deepEqual(directives.get('style-src'), ["'self'"]);
});
