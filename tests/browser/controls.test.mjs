/*
 * One station for all its listeners: steering it from a real page, and what opening a page must
 * not do.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, PATIENCE_MS, play, stationUrl, until } from './browser.mjs';
import { listen } from './listener.mjs';

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function getParams() {
  const response = await fetch(new URL('api/control', stationUrl()));
  return (await response.json()).params;
}

const checkedKey = (page) => page.locator('input[name=key]:checked').inputValue();

test('a key changed with the keyboard is heard by all and shown to all', async () => {
  const one = await openPage(browser, stationUrl());
  const other = await openPage(browser, stationUrl());
  const before = await getParams();
  assert.equal(await checkedKey(one.page), before.key);
  await one.page.locator('input[name=key]:checked').focus();
  await one.page.keyboard.press('ArrowRight');
  const wanted = await checkedKey(one.page);
  assert.notEqual(wanted, before.key);
  await one.page
    .getByText(/^(heard|there) in \d+\.\d s$/)
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  await other.page
    .locator(`input[name=key][value="${wanted}"]:checked`)
    .waitFor({ state: 'attached', timeout: PATIENCE_MS });
  assert.equal((await getParams()).key, wanted);
  assert.match(
    await one.page.locator('#announcer').textContent(),
    /^Key .+ in \d+\.\d seconds$/,
  );
  await one.close();
  await other.close();
});

test('a preset is pressed, heard with its time, and shown as pressed in another page', async () => {
  const one = await openPage(browser, stationUrl());
  const other = await openPage(browser, stationUrl());
  await play(one.page);
  const wanted = (await getParams()).preset === 'sleep' ? 'focus' : 'sleep';
  await one.page.locator(`button[data-preset=${wanted}]`).click();
  await one.page
    .getByText(/^heard in \d+\.\d s$/)
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  await other.page
    .locator(`button[data-preset=${wanted}][aria-pressed=true]`)
    .waitFor({ timeout: PATIENCE_MS });
  await one.close();
  await other.close();
});

test('a preset of the configuration is a button like the others, with its own words', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  const button = page.locator('button[data-preset=dawn]');
  await button.waitFor({ timeout: PATIENCE_MS });
  assert.equal(await button.innerText(), 'Dawn\nGrey <i>light</i>.');
  await button.click();
  await page
    .locator('button[data-preset=dawn][aria-pressed=true]')
    .waitFor({ timeout: PATIENCE_MS });
  await until(async () => (await getParams()).preset === 'dawn');
  await close();
});

test('a slider that moves sends values and ends at the last of them', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  const slider = page.getByRole('slider', { name: 'Intensity' });
  await slider.focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
  const wanted = Number(await slider.inputValue());
  const isThere = async () => Math.abs((await getParams()).intensity - wanted) < 1e-9;
  await until(isThere);
  await sleep(1500); // and nothing older comes after it
  assert.ok(await isThere());
  assert.equal(Number(await slider.inputValue()), wanted);
  await close();
});

test('a refused change shows the reason, and the control goes back', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  const before = await getParams();
  const slider = page.getByRole('slider', { name: 'Tempo' });
  await slider.evaluate((input) => {
    input.max = '500';
    input.value = '500';
    input.dispatchEvent(new Event('input'));
  });
  await page
    .getByText(/60 to 120/)
    .first()
    .waitFor({ timeout: PATIENCE_MS });
  await slider.evaluate((input) => {
    input.max = '120';
  });
  assert.deepEqual(await getParams(), before);
  assert.equal(Number(await slider.inputValue()), Math.round(before.bpm));
  await close();
});

test('opening and playing a page with other stored settings changes nothing for anybody', async () => {
  const before = await getParams();
  const witness = await listen(stationUrl(), {});
  await sleep(500);
  witness.messages.length = 0;
  const settings = {
    volume: 0.1,
    format: 'json',
    key: 'F#',
    mode: 'lydian',
    bpm: 117,
    preset: 'bright',
    params: { key: 'F#', bpm: 117 },
  };
  const { page, complaints, close } = await openPage(browser, stationUrl(), { settings });
  await play(page);
  await sleep(3000);
  assert.deepEqual(
    witness.messages.filter(({ type }) => type === 'params'),
    [],
  );
  assert.deepEqual(await getParams(), before);
  assert.equal(await page.getByRole('slider', { name: 'Volume' }).inputValue(), '10');
  assert.equal(await page.locator('#format').inputValue(), 'json');
  const own = JSON.parse(await page.evaluate(() => localStorage.getItem('auralis')));
  assert.equal(own.volume, 0.1);
  assert.deepEqual(complaints, []);
  witness.close();
  await close();
});

test('only volume and format are kept in the browser', async () => {
  const { page, close } = await openPage(browser, stationUrl());
  await page.getByRole('slider', { name: 'Volume' }).focus();
  await page.keyboard.press('ArrowLeft');
  const stored = await page.evaluate(() => ({ ...localStorage }));
  assert.deepEqual(Object.keys(stored), ['auralis']);
  assert.deepEqual(Object.keys(JSON.parse(stored.auralis)).sort(), ['format', 'volume']);
  await close();
});
