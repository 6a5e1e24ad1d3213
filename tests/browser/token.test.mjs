/*
 * A station that is steered with its token: everybody listens, the page asks once, and says what
 * was wrong.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, openPage, PATIENCE_MS, play, stationUrl, until } from './browser.mjs';

const folder =
  process.env.AURALIS_SCREENSHOTS ??
  fileURLToPath(new URL('../../build/screenshots', import.meta.url));

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launch();
  mkdirSync(folder, { recursive: true });
});
after(() => browser.close());

const readToken = () => readFileSync(process.env.AURALIS_TOKEN, 'utf8').trim();
const pages = (page) => ({
  unlock: page.getByRole('button', { name: 'Enter the token' }),
  dialog: page.getByRole('dialog', { name: 'Steer this station' }),
  input: page.getByLabel('Token', { exact: true }),
  error: page.locator('#token-error'),
  slider: page.getByRole('slider', { name: 'Intensity' }),
});

/** Whether the page steers: a slider that is moved arrives. */
async function steers(page) {
  const { slider } = pages(page);
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  const wanted = Number(await slider.inputValue());
  await until(async () => {
    const { params } = await (await fetch(new URL('api/control', stationUrl()))).json();
    return Math.abs(params.intensity - wanted) < 1e-9;
  });
}

test('the page asks for the token once, and keeps it', async () => {
  const { page, complaints, close } = await openPage(browser, stationUrl());
  const { unlock, dialog, input, error, slider } = pages(page);

  await play(page); // listening needs nothing
  await unlock.waitFor({ timeout: PATIENCE_MS });
  assert.ok(await slider.isDisabled());
  assert.ok(await dialog.isHidden());

  await unlock.click();
  await input.fill('this-is-not-the-token');
  await page.keyboard.press('Enter');
  await error.filter({ hasText: 'not the station' }).waitFor({ timeout: PATIENCE_MS });
  await page.screenshot({ path: path.join(folder, 'token.png') });
  assert.ok(await slider.isDisabled());

  await input.fill(` ${readToken()} `);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden', timeout: PATIENCE_MS });
  assert.ok(await unlock.isHidden());
  await steers(page);

  await page.reload();
  await page.waitForFunction(() => !document.querySelector('#steer input').disabled, null, {
    timeout: PATIENCE_MS,
  });
  assert.ok(await unlock.isHidden());
  await steers(page);
  assert.deepEqual(complaints, []);

  // another token, as `auralisctl token --new` makes it: the page has to ask anew
  rmSync(process.env.AURALIS_TOKEN);
  process.kill(Number(readFileSync(process.env.AURALIS_STREAMD_PID, 'utf8')), 'SIGHUP');
  await unlock.waitFor({ timeout: PATIENCE_MS });
  assert.ok(await slider.isDisabled());
  assert.deepEqual(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('token'))),
    [],
  );
  await unlock.click();
  await input.fill(readToken());
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden', timeout: PATIENCE_MS });
  await steers(page);
  await close();
});

test('who does not want to steer is left alone', async () => {
  const viewport = { width: 390, height: 844 };
  const { page, close } = await openPage(browser, stationUrl(), { viewport });
  const { unlock, dialog } = pages(page);

  await unlock.click();
  await page.screenshot({ path: path.join(folder, 'token-390.png') });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await page.getByRole('button', { name: 'Not now' }).click();
  await dialog.waitFor({ state: 'hidden', timeout: PATIENCE_MS });
  await play(page);
  await close();
});
