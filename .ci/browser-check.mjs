// Opens a team tree, or the lead's, in a real headless browser, as a reader would, and fails on the first thing a reader should not meet.
//
//   npm install --no-save --no-audit --no-fund --prefix target/browser-check playwright-core@1.65.1
//   node .ci/browser-check.mjs linchpin-demo/team [folder for screenshots]
//   node .ci/browser-check.mjs linchpin-demo/private/lead [folder for screenshots]
//
// Checked of every page of the folder, in light and dark, on wide and middling screens and on a phone: nothing is requested beyond
// the page itself, the console stays silent (so the content security policy holds), nothing overflows sideways, text has a contrast
// of at least 4.5 to 1, every link of the page leads to something, everything that can be opened is reached and opened with the
// keyboard. A product's page keeps within its budget: elements, bytes, where its first picture stands, sheets of paper; its small
// lines have a contrast of at least 3 to 1, and are there with forced colours. Each chart file draws something. Needs a Chromium:
// CHROMIUM names it, /usr/bin/chromium is the default.

import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(resolve(process.env.PLAYWRIGHT_PREFIX ?? 'target/browser-check'), 'from-here.js'));
const { chromium } = require('playwright-core');

const [tree, pictures] = process.argv.slice(2);
if (!tree) {
  console.error('usage: node .ci/browser-check.mjs <folder with an index.html> [folder for screenshots]');
  process.exit(2);
}
const pages = readdirSync(tree).filter((file) => file.endsWith('.html')).sort();
if (!pages.includes('index.html')) {
  console.error(`${tree} has no index.html`);
  process.exit(2);
}
const url_of = (file) => pathToFileURL(resolve(tree, file)).href;
const failures = [];
const check = (claim, holds, detail = '') => {
  if (!holds) failures.push(detail === '' ? claim : `${claim}: ${detail}`);
};
if (pictures) mkdirSync(pictures, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});

/** Opens an address in a fresh context and records what it asks for and what it says. */
async function open(url, options) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  const asked = [];
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) asked.push(request.url());
  });
  await page.goto(url);
  return { context, page, said, asked };
}

/** Runs in the page: texts whose contrast with what lies behind them is below 4.5 to 1. */
function faint_texts() {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const hidden = !element.checkVisibility() || element.closest('title, desc, style');
    if (hidden || !walker.currentNode.textContent.trim()) continue;
    const style = getComputedStyle(element);
    const ink = channels(element.closest('svg') ? style.fill : style.color);
    const [one, other] = [luminance(ink), luminance(ground(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} "${walker.currentNode.textContent.trim().slice(0, 40)}"`);
  }
  return faint;
}

/** Runs in the page: the least contrast of a small line's strokes and dots with what lies behind them; null where there is none. */
function faintest_line() {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  let least = null;
  for (const mark of document.querySelectorAll('.spark path, .spark circle, .mini path')) {
    const style = getComputedStyle(mark);
    const ink = channels(style.stroke === 'none' ? style.fill : style.stroke);
    const [one, other] = [luminance(ink), luminance(ground(mark.closest('svg').parentElement))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (least === null || contrast < least) least = contrast;
  }
  return least;
}

const grounds = {};
for (const file of pages) {
  const of = file.replace(/\.html$/, '');
  for (const [name, width, height] of [['wide', 1440, 900], ['middling', 1024, 800], ['phone', 360, 800]]) {
    for (const colorScheme of ['light', 'dark']) {
      const where = `${file}, ${name}, ${colorScheme}`;
      const { context, page, said, asked } = await open(url_of(file), { viewport: { width, height }, colorScheme });
      check(`${where}: the page asks for nothing`, asked.length === 0, asked.join(' '));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      check(`${where}: nothing overflows sideways`, overflow <= 0, `${overflow} px`);
      const faint = await page.evaluate(faint_texts);
      check(`${where}: every text can be read`, faint.length === 0, [...new Set(faint)].slice(0, 8).join(', '));
      const line = await page.evaluate(faintest_line);
      check(`${where}: every small line can be seen`, line === null || line >= 3, String(line));
      grounds[colorScheme] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      if (pictures) await page.screenshot({ path: join(pictures, `${of}-${name}-${colorScheme}.png`), fullPage: true });
      check(`${where}: the console is silent`, said.length === 0, said.join(' | '));
      await context.close();
    }
  }
}
check('the page follows the colour scheme', grounds.light !== grounds.dark, JSON.stringify(grounds));

for (const file of pages) {
  const { context, page } = await open(url_of(file), { viewport: { width: 1440, height: 900 } });
  const dead = await page.evaluate(() =>
    [...document.querySelectorAll('a[href^="#"]')]
      .map((link) => link.getAttribute('href').slice(1))
      .filter((anchor) => !document.getElementById(anchor)));
  check(`${file}: every link inside the page leads to something`, dead.length === 0, dead.join(' '));
  const files = await page.evaluate(() =>
    [...document.querySelectorAll('a')].map((link) => link.getAttribute('href')).filter((href) => !/^(#|https?:)/.test(href)));
  const missing = [...new Set(files)].filter((href) => {
    const [place, anchor] = href.split('#');
    const there = join(tree, place);
    if (!existsSync(there)) return true;
    return anchor !== undefined && !readFileSync(there, 'utf8').includes(` id="${anchor}"`);
  });
  check(`${file}: every file and place the page links is there`, missing.length === 0, missing.join(' '));

  // A page of a product: what it may cost a reader and a browser.
  const is_product = await page.evaluate(() => document.querySelector('.strip') !== null);
  if (is_product) {
    const cost = await page.evaluate(() => ({
      elements: document.querySelectorAll('*').length,
      first: Math.min(...[...document.querySelectorAll('main svg')].map((svg) => svg.getBoundingClientRect().top)),
    }));
    check(`${file}: at most 6,000 elements`, cost.elements <= 6000, String(cost.elements));
    // Of a product without any picture nothing is said.
    check(`${file}: the first picture stands above y = 700`, cost.first < 700 || cost.first === Infinity, String(cost.first));
    const bytes = statSync(join(tree, file)).size;
    check(`${file}: at most 400 kB`, bytes <= 400000, String(bytes));
    const paper = (await page.pdf({ format: 'A4', margin: { top: '10mm', bottom: '10mm', left: '10mm', right: '10mm' } })).toString('latin1');
    const sheets = paper.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
    check(`${file}: at most 8 sheets of A4`, sheets > 0 && sheets <= 8, String(sheets));
    const forced = await open(url_of(file), { viewport: { width: 1440, height: 900 }, forcedColors: 'active' });
    const lost = await forced.page.evaluate(() =>
      [...document.querySelectorAll('.spark path, .spark circle')].filter((mark) => {
        const style = getComputedStyle(mark);
        const ink = style.stroke === 'none' ? style.fill : style.stroke;
        return ink === getComputedStyle(document.body).backgroundColor;
      }).length);
    check(`${file}: forced colours leave the small lines`, lost === 0, String(lost));
    await forced.context.close();
  }

  // The keyboard alone: Tab until it comes round, Enter on everything that opens.
  const opened = await page.evaluate(() => document.querySelectorAll('details').length);
  const seen = new Set();
  let n_invisible = 0;
  for (let presses = 0; presses < 4000; presses += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      element.dataset.stop ??= String((globalThis.stops = (globalThis.stops ?? 0) + 1));
      const style = getComputedStyle(element);
      return { stop: element.dataset.stop, tag: element.tagName, ring: style.outlineStyle !== 'none' };
    });
    if (!stop || seen.has(stop.stop)) break;
    seen.add(stop.stop);
    if (!stop.ring) n_invisible += 1;
    if (stop.tag === 'SUMMARY') await page.keyboard.press('Enter');
  }
  const still_closed = await page.evaluate(() => document.querySelectorAll('details:not([open])').length);
  check(`${file}: the keyboard opens everything that opens`, still_closed === 0, `${still_closed} of ${opened} stay closed`);
  check(`${file}: a page of a product has something to open`, !is_product || opened > 0);
  check(`${file}: the focus can be seen`, n_invisible === 0, `${n_invisible} stops without a ring`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(`${file}: nothing overflows sideways when everything is open`, overflow <= 0, `${overflow} px`);
  const faint = await page.evaluate(faint_texts);
  check(`${file}: every text that opens can be read`, faint.length === 0, [...new Set(faint)].slice(0, 8).join(', '));
  if (pictures && (is_product || file === 'index.html')) {
    const of = file.replace(/\.html$/, '');
    await page.screenshot({ path: join(pictures, `${of}-opened.png`), fullPage: true });
    await page.emulateMedia({ media: 'print' });
    await page.screenshot({ path: join(pictures, `${of}-print.png`), fullPage: true });
  }
  await context.close();
}

const charts = join(tree, 'charts');
const svgs = existsSync(charts) ? readdirSync(charts).filter((file) => file.endsWith('.svg')).sort() : [];
for (const file of svgs) {
  const url = pathToFileURL(resolve(charts, file)).href;
  const { context, page, said, asked } = await open(url, { viewport: { width: 900, height: 420 } });
  check(`${file}: asks for nothing and says nothing`, asked.length === 0 && said.length === 0, [...asked, ...said].join(' '));
  const drawn = await page.evaluate(() => ({
    root: document.documentElement.tagName,
    marks: document.querySelectorAll('polyline, rect, circle, polygon, path').length,
    cut: [...document.querySelectorAll('text')].filter((text) => {
      const box = text.getBBox();
      const { width, height } = document.documentElement.viewBox.baseVal;
      return box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height;
    }).length,
  }));
  check(`${file}: draws something`, drawn.root === 'svg' && drawn.marks > 3, JSON.stringify(drawn));
  check(`${file}: no text leaves the picture`, drawn.cut === 0, String(drawn.cut));
  await context.close();
}
await browser.close();

for (const failure of failures) console.error(`failed: ${failure}`);
if (failures.length > 0) process.exit(1);
console.log(`browser check: ${pages.length} pages of ${resolve(tree).split('/').slice(-2).join('/')} and ${svgs.length} charts are fine`);
