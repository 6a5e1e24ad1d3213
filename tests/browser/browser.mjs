/*
 * browser - a headless Chromium and pages of the station in it.
 *
 * AURALIS_URL is the address of a running station, for example http://127.0.0.1:8000/; the
 * station must also answer to the name box.test (stream.allowed_hosts).
 */
import { chromium } from 'playwright-core';

/** Resolved to this machine in the browser: plain http under a name, as across a network. */
export const MAPPED_HOST = 'box.test';
/** Until something must have happened, however slow the machine. */
export const PATIENCE_MS = 20000;
export const SECONDS = Number(process.env.AURALIS_BROWSER_SECONDS ?? (process.env.AURALIS_FULL ? 60 : 15));

export function stationUrl() {
  const url = process.env.AURALIS_URL;
  if (!url) throw new Error('AURALIS_URL must be the address of a running station');
  return new URL(url);
}

/** The station's address under the mapped name. */
export function mappedUrl() {
  const url = stationUrl();
  url.hostname = MAPPED_HOST;
  return url;
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.AURALIS_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=MAP ${MAPPED_HOST} 127.0.0.1`,
    ],
  });
}

/**
 * Opens the station's page for a listener of its own.
 * @param {import('playwright-core').Browser} browser
 * @param {URL} url
 * @param {{
 *   settings?: object, viewport?: {width: number, height: number}, bypassCSP?: boolean,
 *   prepare?: (page: import('playwright-core').Page) => Promise<void>
 * }} options settings: what this listener's browser has stored; bypassCSP: let the test bring
 * code of its own; prepare: before the page is loaded
 */
export async function openPage(browser, url, { settings, viewport, bypassCSP, prepare } = {}) {
  const context = await browser.newContext({
    viewport: viewport ?? { width: 1280, height: 800 },
    bypassCSP,
  });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  if (settings) {
    await page.addInitScript(
      (text) => localStorage.setItem('auralis', text),
      JSON.stringify(settings),
    );
  }
  await prepare?.(page);
  await page.goto(url.href);
  await page.waitForFunction(() => window.auralis?.stats().connection === 'live', null, {
    timeout: PATIENCE_MS,
  });
  return { page, complaints, close: () => context.close() };
}

/** @param {import('playwright-core').Page} page */
export function stats(page) {
  return page.evaluate(() => window.auralis.stats());
}

/** Waits until it holds. @param {() => Promise<boolean>} condition @param {number} patienceMs */
export async function until(condition, patienceMs = PATIENCE_MS) {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Presses play and waits for sound. @param {import('playwright-core').Page} page */
export async function play(page) {
  await page.getByRole('button', { name: 'Play' }).click();
  await page.waitForFunction(() => window.auralis.stats().state === 'playing', null, {
    timeout: PATIENCE_MS,
  });
}
