/*
 * Why the music is as it is: what the page shows is what the phrases say of the frame that is
 * heard, and nothing moves when it changes.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CHORD_RULES, NOTE_RULES } from '../../web/rules.js';
import { launch, openPage, PATIENCE_MS, play, stationUrl, until } from './browser.mjs';
import { listen } from './listener.mjs';

const CHORDS_SEEN = 4;
const CHORDS_MS = 120000; // as long as so many may take: eight slow bars each
const SECTION_BARS = 16;
const RESTS = 'It rests.'; // for long, or since before the page was opened
const PARTS = ['Sparse', 'Plain', 'Full', 'Falling back'];

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** The station's page, closed when the test is over, whatever comes of it. */
async function open(t, options) {
  const opened = await openPage(browser, stationUrl(), options);
  t.after(opened.close);
  return opened;
}

/** Records what is shown each time that it has changed, with the frame that is heard then. */
function record() {
  const text = (id) => document.getElementById(id).textContent;
  window.seen = [];
  const read = () => {
    const lots = [...document.querySelectorAll('#why-draw li')].filter((lot) => lot.textContent);
    window.seen.push({
      frame: window.auralis.frameShown(),
      name: text('chord'),
      piece: text('now-piece'),
      why: text('why-summary'),
      chord: text('why-chord'),
      note: text('why-note'),
      part: text('form-part'),
      arc: text('form-arc'),
      draw: lots.map(({ children }) => [...children].map((child) => child.textContent)),
      lit: lots.filter((lot) => lot.ariaCurrent).map((lot) => lot.children[0].textContent),
    });
  };
  new MutationObserver(read).observe(document.querySelector('.now-text'), {
    subtree: true,
    childList: true,
    characterData: true,
  });
}

/** The phrases as published, the last word of each frame theirs who came last. */
function phrasesOf(listener) {
  const phrases = listener.messages.filter(({ type }) => type === 'phrase');
  return phrases.sort((a, b) => a.phrase - b.phrase);
}

function ownerAt(phrases, frame) {
  return phrases.findLast(({ start_frame: start }) => start <= frame);
}

/** A chord's name without the signs that only the page uses. */
const plain = (text) => text.replaceAll('♯', '#').replaceAll('♭', 'b');
const percent = (share) => `${Math.round(share * 100)} %`;

function assertChord(shown, chord, context) {
  const { degree, why, probability, alternatives } = chord;
  const told = why === 'drawn' ? `drawn at ${percent(probability)}` : why;
  assert.equal(plain(shown.name), chord.name, context);
  assert.equal(shown.why, `Why ${degree} · ${told}`, context);
  assert.equal(shown.chord, CHORD_RULES[why]);
  assert.deepEqual(shown.lit, [degree]);
  const lots = [{ degree, probability }, ...alternatives];
  const draw = lots.map((lot) => [lot.degree, percent(lot.probability)]);
  assert.deepEqual([...shown.draw].sort(), draw.sort());
}

/** @returns {object | undefined} the melody's note that began last, as far as is known */
function lastMelody(phrases, frame) {
  const owned = phrases.flatMap((phrase, i) => {
    const later = phrases.slice(i + 1).map(({ start_frame: start }) => start);
    return phrase.notes.filter((note) => note.frame < Math.min(...later, Infinity));
  });
  const begun = owned.filter((note) => note.role === 'lead' && note.frame <= frame);
  return begun.sort((a, b) => a.frame - b.frame).at(-1);
}

function assertShown(shown, phrases) {
  const phrase = ownerAt(phrases, shown.frame);
  const chord = phrase.chords.findLast(({ frame }) => frame <= shown.frame);
  const context = JSON.stringify({ shown, chord, start: phrase.start_frame });
  assert.ok(chord, context);
  assertChord(shown, chord, context);
  assert.ok(plain(shown.piece).startsWith(`${phrase.key} ${phrase.mode} · `), context);
  assert.equal(shown.part.split(',')[0], PARTS[phrase.section % PARTS.length]);
  assert.equal(shown.arc, `arc ${phrase.arc + 1}`);
  const note = lastMelody(phrases, shown.frame);
  if (note?.frame >= phrase.start_frame || shown.note !== RESTS)
    assert.equal(shown.note, NOTE_RULES[note?.why], context);
  return chord;
}

async function steer(params) {
  const response = await fetch(new URL('api/control', stationUrl()), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  assert.ok(response.ok, await response.text());
}

/** Plays, and returns what was shown from then on until `isEnough` of it. */
async function watch(page, isEnough) {
  await play(page);
  await page.locator('#why-draw li[aria-current]').waitFor({ timeout: PATIENCE_MS });
  await page.evaluate(record);
  let seen = [];
  await until(async () => {
    seen = await page.evaluate(() => window.seen);
    return isEnough(seen);
  }, CHORDS_MS);
  return seen;
}

test('chord, draw, key, mode and section are those of the frame that is heard', async (t) => {
  const witness = await listen(stationUrl(), {});
  t.after(witness.close);
  const { page, complaints } = await open(t);
  const names = (seen) => new Set(seen.map(({ name }) => name)).size;
  const mode = (await getMode()) === 'dorian' ? 'lydian' : 'dorian';
  await steer({ bpm: 120 });
  await steer({ mode });
  const seen = await watch(page, (all) => {
    const hasMode = all.some(({ piece }) => piece.includes(mode));
    return hasMode && names(all) >= CHORDS_SEEN;
  });
  const phrases = phrasesOf(witness);
  const chords = seen.map((shown) => assertShown(shown, phrases));
  const begun = seen.filter(({ name }, i) => i > 0 && name !== seen[i - 1].name);
  const lateMs = begun.map((shown) => {
    const chord = chords[seen.indexOf(shown)];
    return Math.round(((shown.frame - chord.frame) / witness.hello.sample_rate) * 1000);
  });
  t.diagnostic(`shown ${seen.length} changes; chords after ${lateMs.join(', ')} ms`);
  t.diagnostic(`rules: ${[...new Set(chords.map(({ why }) => why))].join(', ')}`);
  assert.deepEqual(complaints, []);
});

async function getMode() {
  const response = await fetch(new URL('api/control', stationUrl()));
  return (await response.json()).params.mode;
}

test('a new section begins with bar 1 of 16, and its bars are counted one by one', async (t) => {
  const { page } = await open(t);
  await play(page);
  const part = page.locator('#form-part');
  const old = await page.locator('#now-piece').textContent();
  const section = Number(/section (\d+)/.exec(old)[1]);
  await steer({ op: 'next' });
  await page
    .locator('#now-piece', { hasText: `section ${section + 1}` })
    .waitFor({ timeout: PATIENCE_MS });
  const name = PARTS[section % PARTS.length];
  for (const bar of [1, 2, 3]) {
    const words = `${name}, bar ${bar} of ${SECTION_BARS}`;
    await part.getByText(words, { exact: true }).waitFor({ timeout: PATIENCE_MS });
  }
});

for (const width of [1280, 390]) {
  test(`at ${width} px nothing moves when what is shown changes`, async (t) => {
    const { page } = await open(t, { viewport: { width, height: 844 } });
    if (width < 500) await page.locator('#why-summary').click();
    assert.ok(await page.locator('#why').evaluate((why) => why.open));
    await play(page);
    await page.locator('#why-draw li[aria-current]').waitFor({ timeout: PATIENCE_MS });
    const heights = await page.evaluate(
      ({ chord, note }) => {
        const at = () => Math.round(document.getElementById('horizon').getBoundingClientRect().top);
        const tops = [at()];
        for (const [id, texts] of Object.entries({ 'why-chord': chord, 'why-note': note })) {
          for (const text of [...texts, '']) {
            document.getElementById(id).textContent = text;
            tops.push(at());
          }
        }
        for (const lot of document.querySelectorAll('#why-draw span')) lot.textContent = '';
        for (const id of ['why-rule', 'form-part', 'form-arc']) {
          document.getElementById(id).textContent = '';
          tops.push(at());
        }
        return [...new Set(tops)];
      },
      {
        chord: Object.values(CHORD_RULES),
        note: Object.entries(NOTE_RULES)
          .filter(([rule]) => rule.startsWith('melody.'))
          .map(([, words]) => words),
      },
    );
    assert.equal(heights.length, 1, `the notes below at ${heights.join(', ')} px`);
  });
}

test('what is shown of a degree is said as well, and a closed panel still names the reason', async (t) => {
  const { page } = await open(t, { viewport: { width: 390, height: 844 } });
  assert.equal(await page.locator('#why').evaluate((why) => why.open), false);
  await page
    .locator('#why-summary', { hasText: /^Why [iIvV]+ · [a-z]+/ })
    .waitFor({ timeout: PATIENCE_MS });
  await page.locator('#why-summary').focus();
  await page.keyboard.press('Enter');
  const list = page.getByRole('list', { name: 'What the chord was drawn from' });
  await list.waitFor({ timeout: PATIENCE_MS });
  const items = await list.getByRole('listitem').allInnerTexts();
  assert.ok(items.length > 0);
  for (const item of items) assert.match(item, /^[iIvV]+\s*\d+ %$/);
});
