// Opens a team tree, or the lead's, in a real headless browser, as a reader would, and fails on the first thing a reader should not meet.
//
//   npm install --no-save --no-audit --no-fund --prefix target/browser-check playwright-core@1.65.1 axe-core@4.14.1
//   node .ci/browser-check.mjs linchpin-demo/team [folder for screenshots]
//   node .ci/browser-check.mjs linchpin-demo/private/lead [folder for screenshots]
//   node .ci/browser-check.mjs linchpin-demo/private
//
// Checked of every page of the folder and of those below it, with everything open, on a laptop and on a phone: nothing overflows
// sideways, and no word of a table runs out of its cell. On paper nothing that is folded on the screen is missing, but for the rows and
// the receipts of a product's page. Of a folder without an index.html that is all.
//
// Checked of every page of the folder, in light and dark, on wide, middling and narrow screens and on a phone: nothing is requested
// beyond the page itself, the console stays silent (so the content security policy holds), nothing overflows sideways, text has a
// contrast of at least 4.5 to 1 with what lies under it (3 to 1 where it is large), in pictures too, every link of the page leads to
// something, everything that can be opened is reached and opened with the keyboard. A product's page keeps within its budget:
// elements, bytes, where its first picture stands, sheets of paper; its small lines have a contrast of at least 3 to 1. The lead's page
// begins with this week, cuts no table on a wide screen or on paper, and has no word of a picture below 12 px on a phone. With forced
// colours its texts and small lines are read as well, and its pictures keep their palette and its ground. axe finds no violation, in
// light on a wide screen and in dark on a phone, with everything open. Each chart file draws something, and its texts can be read. Needs
// a Chromium: CHROMIUM names it, /usr/bin/chromium is the default.

import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(resolve(process.env.PLAYWRIGHT_PREFIX ?? 'target/browser-check'), 'from-here.js'));
const { chromium } = require('playwright-core');
// In a world of its own: the page's content security policy stays as it is.
const axe = readFileSync(require.resolve('axe-core'), 'utf8');

const [tree, pictures] = process.argv.slice(2);
if (!tree) {
  console.error('usage: node .ci/browser-check.mjs <folder with an index.html> [folder for screenshots]');
  process.exit(2);
}
const are_pages = (files) => files.filter((file) => file.endsWith('.html')).sort();
const pages = are_pages(readdirSync(tree));
const all_pages = are_pages(readdirSync(tree, { recursive: true }));
if (all_pages.length === 0 || (pages.length > 0 && !pages.includes('index.html'))) {
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
  // Beside whatever else computes a long page takes its time to be drawn; a check that hangs still ends.
  context.setDefaultTimeout(300_000);
  await context.addInitScript(lens);
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

/** Put into every page before its own content: how colours are measured. Everything below that runs in a page uses it. */
function lens() {
  const channels = (colour) => {
    const [red, green, blue, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, alpha];
  };
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const contrast = (a, b) => {
    const [one, other] = [luminance(a), luminance(b)];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  /** The background behind an element, its own included. */
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return [255, 255, 255, 1];
  };
  /** What a shape is filled with; of a pattern the colour that is painted first; null where nothing is. */
  const filled = (shape) => {
    const style = getComputedStyle(shape);
    let fill = style.fill;
    const pattern = fill.match(/^url\("?#([^")]+)/);
    if (pattern) {
      const painted = [...(document.getElementById(pattern[1])?.querySelectorAll('*') ?? [])];
      fill = painted.map((part) => getComputedStyle(part).fill).find((colour) => colour !== 'none') ?? 'none';
    }
    if (fill === 'none') return null;
    const colour = channels(fill);
    colour[3] *= Number(style.fillOpacity);
    for (let at = shape; at && at.tagName !== 'svg'; at = at.parentElement) colour[3] *= Number(getComputedStyle(at).opacity);
    return colour[3] > 0 ? colour : null;
  };
  const is_inside = (shape, { x, y }) => {
    const box = shape.getBoundingClientRect();
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) return false;
    // One path may draw many boxes, whose common box says nothing: its own outline decides.
    const local = new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
    return shape.isPointInFill(local);
  };
  /** What lies under a point of a picture's text: the last of the shapes before it that are filled there, and what shines through. */
  const under = (text, point) => {
    const picture = text.closest('svg');
    const before = [...picture.querySelectorAll('path, rect, circle, ellipse, polygon, polyline')].filter((shape) =>
      !shape.closest('defs, pattern, clipPath, mask, marker')
      && shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING
      && shape.checkVisibility());
    const layers = [];
    for (const shape of before.reverse()) {
      const colour = is_inside(shape, point) ? filled(shape) : null;
      if (colour) layers.push(colour);
      if (colour && colour[3] > 0.99) break;
    }
    const through = (base, [red, green, blue, alpha]) =>
      [red, green, blue].map((value, at) => value * alpha + base[at] * (1 - alpha));
    return layers.reverse().reduce(through, ground(picture));
  };
  /** The grounds of a text: behind it in a page; in a picture its own halo, or what lies under its ends and its middle. */
  const grounds = (element) => {
    const picture = element.closest('svg');
    if (!picture) return [ground(element)];
    const style = getComputedStyle(element);
    if (style.stroke !== 'none' && style.paintOrder.startsWith('stroke')) return [channels(style.stroke)];
    const box = element.getBoundingClientRect();
    return [0.1, 0.5, 0.9].map((share) =>
      under(element, { x: box.left + share * box.width, y: box.top + box.height / 2 }));
  };
  /** Whether letters are large as WCAG means it: then 3 to 1 is enough. */
  const is_large = (element) => {
    const style = getComputedStyle(element);
    const scale = element.closest('svg') ? element.getScreenCTM().a : 1;
    const size = Number.parseFloat(style.fontSize) * scale;
    return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  };
  globalThis.lens = { channels, contrast, ground, grounds, is_large };
}

/** Runs in the page: texts whose contrast with what lies under them is below 4.5 to 1, or 3 to 1 where they are large. */
function faint_texts() {
  const { channels, contrast, grounds, is_large } = globalThis.lens;
  const faint = [];
  const walker = document.createTreeWalker(document.body ?? document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (!words || !element.checkVisibility() || element.closest('title, desc, style')) continue;
    const style = getComputedStyle(element);
    const ink = channels(element.closest('svg') ? style.fill : style.color);
    const least = Math.min(...grounds(element).map((ground) => contrast(ink, ground)));
    if (least < (is_large(element) ? 3 : 4.5)) faint.push(`${least.toFixed(2)} "${words.slice(0, 40)}"`);
  }
  return faint;
}

/** Runs in the page: the least contrast of a small line's strokes and dots with what lies behind them; null where there is none. */
function faintest_line() {
  const { channels, contrast, ground } = globalThis.lens;
  let least = null;
  for (const mark of document.querySelectorAll('.spark path, .spark circle, .mini path')) {
    const style = getComputedStyle(mark);
    const ink = channels(style.stroke === 'none' ? style.fill : style.stroke);
    const found = contrast(ink, ground(mark.closest('svg')));
    if (least === null || found < least) least = found;
  }
  return least;
}

/** Runs in the page: the colours that its pictures are painted with, each picture's told together. */
function painted() {
  return [...document.querySelectorAll('main svg')].filter((picture) => picture.checkVisibility()).map((picture) => {
    const shapes = [...picture.querySelectorAll('path, rect, circle, ellipse, polygon, polyline, text')];
    const styles = shapes.map((shape) => getComputedStyle(shape));
    return [...new Set(styles.flatMap(({ fill, stroke }) => [fill, stroke]))].sort().join('/');
  });
}

/** Runs in the page: tables that are wider than their place. */
function cut_tables() {
  const places = [...document.querySelectorAll('.scroll')].filter((place) => place.checkVisibility());
  return places.filter((place) => place.scrollWidth > place.clientWidth).map((place) => place.getAttribute('aria-label'));
}

/** Runs in the page: cells of tables whose words run out of them, over their neighbours. */
function spilt_cells() {
  const cells = [...document.querySelectorAll('td, th')].filter((cell) => cell.checkVisibility());
  const beyond = (cell) => {
    const inside = document.createRange();
    inside.selectNodeContents(cell);
    const [words, place] = [inside.getBoundingClientRect(), cell.getBoundingClientRect()];
    return words.width === 0 ? 0 : Math.max(words.right - place.right, place.left - words.left);
  };
  const spilt = cells.map((cell) => [Math.round(beyond(cell)), cell.textContent.trim().slice(0, 40)]);
  return spilt.filter(([by]) => by > 2).map(([by, words]) => `${by} px of "${words}"`);
}

/** Runs in the page, as it is printed: what is folded there as well. */
function folded_away() {
  const may_fold = (folded) => folded.matches('.rows') || folded.querySelector(':scope > .receipts') !== null;
  const folded = [...document.querySelectorAll('details:not([open])')].filter((one) => !may_fold(one));
  const is_missing = (one) => [...one.children].some((part) => part.tagName !== 'SUMMARY' && !part.checkVisibility());
  return folded.filter(is_missing).map((one) => one.querySelector('summary').textContent.trim().slice(0, 60));
}

/** Runs in the page: how many pictures let the page's own ground through, which forced colours choose. */
function pictures_without_ground() {
  const { channels } = globalThis.lens;
  const pictures = [...document.querySelectorAll('main svg.lp')];
  return pictures.filter((picture) => channels(getComputedStyle(picture).backgroundColor)[3] < 1).length;
}

const of_page = (file) => file.replace(/\.html$/, '');
// For whoever wants to see what was checked: widest and narrowest, each in the other ground.
const are_looked_at = ['wide, light', 'phone, dark'];
const grounds = {};
for (const file of pages) {
  const of = of_page(file);
  for (const [name, width, height] of [['wide', 1440, 900], ['middling', 1024, 800], ['narrow', 768, 800], ['phone', 360, 800]]) {
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
      if (pictures && are_looked_at.includes(`${name}, ${colorScheme}`)) {
        await page.screenshot({ path: join(pictures, `${of}-${name}-${colorScheme}.png`), fullPage: true });
      }
      check(`${where}: the console is silent`, said.length === 0, said.join(' | '));
      await context.close();
    }
  }
}
check('the page follows the colour scheme', pages.length === 0 || grounds.light !== grounds.dark, JSON.stringify(grounds));

for (const file of all_pages) {
  const { context, page } = await open(url_of(file), { viewport: { width: 718, height: 1047 } });
  await page.emulateMedia({ media: 'print' });
  const folded = await page.evaluate(folded_away);
  check(`${file}: nothing that is folded is missing on paper`, folded.length === 0, folded.slice(0, 8).join(', '));
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => document.querySelectorAll('details').forEach((part) => (part.open = true)));
  for (const [name, width] of [['laptop', 1280], ['phone', 390]]) {
    await page.setViewportSize({ width, height: 900 });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    check(`${file}, ${name}: nothing overflows sideways when everything is open`, beyond <= 0, `${beyond} px`);
    const spilt = await page.evaluate(spilt_cells);
    check(`${file}, ${name}: every word stays in its cell`, spilt.length === 0, spilt.slice(0, 8).join(', '));
  }
  await context.close();
}

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
  const is_lead = await page.evaluate(() => document.body.classList.contains('lead'));
  if (is_lead) {
    const first = await page.evaluate(() => document.querySelector('main > section')?.id);
    check(`${file}: what comes first is this week`, first === 'this-week', first);
    const small = await open(url_of(file), { viewport: { width: 360, height: 800 } });
    const sizes = await small.page.evaluate(() =>
      [...document.querySelectorAll('main svg text')].filter((text) => text.checkVisibility()).map((text) =>
        Number.parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a));
    check(`${file}, phone: no word of a picture is below 12 px`, Math.min(...sizes) >= 11.9, String(Math.min(...sizes)));
    await small.context.close();
  }
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
  }
  if (is_product || is_lead) {
    // As wide as A4 is between these margins: what is wider would shrink everything else.
    const sheet = await open(url_of(file), { viewport: { width: 718, height: 1047 } });
    await sheet.page.emulateMedia({ media: 'print' });
    if (is_lead) await sheet.page.evaluate(() => document.querySelectorAll('details').forEach((folded) => { folded.open = true; }));
    const beyond = await sheet.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    const cut = await sheet.page.evaluate(cut_tables);
    check(`${file}: no table is cut on paper`, !is_lead || cut.length === 0, cut.join(', '));
    check(`${file}: nothing is wider than its sheet of A4`, beyond <= 0, `${beyond} px`);
    await sheet.context.close();
    for (const colorScheme of ['light', 'dark']) {
      const where = `${file}, forced colours, ${colorScheme}`;
      const viewport = { width: 1440, height: 900 };
      const usual = await open(url_of(file), { viewport, colorScheme });
      const forced = await open(url_of(file), { viewport, colorScheme, forcedColors: 'active' });
      const kept = await usual.page.evaluate(painted);
      const found = await forced.page.evaluate(painted);
      check(`${where}: a picture keeps the colours of its legend`, kept.length > 0 && found.join() === kept.join(), found.join());
      const bare = await forced.page.evaluate(pictures_without_ground);
      check(`${where}: a picture keeps the ground of its colours`, bare === 0, String(bare));
      const line = await forced.page.evaluate(faintest_line);
      check(`${where}: every small line can be seen`, line === null || line >= 3, String(line));
      const faint = await forced.page.evaluate(faint_texts);
      check(`${where}: every text can be read`, faint.length === 0, [...new Set(faint)].slice(0, 8).join(', '));
      if (pictures) await forced.page.screenshot({ path: join(pictures, `${of_page(file)}-forced-${colorScheme}.png`), fullPage: true });
      await usual.context.close();
      await forced.context.close();
    }
  }

  for (const [colorScheme, width] of [['light', 1440], ['dark', 360]]) {
    const audited = await open(url_of(file), { viewport: { width, height: 900 }, colorScheme });
    await audited.page.evaluate(() => document.querySelectorAll('details').forEach((part) => (part.open = true)));
    await audited.page.evaluate(axe);
    const violations = await audited.page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
      return violations.map((found) => `${found.id} (${found.nodes.length}): ${found.nodes[0].target.join(' ')}: ${found.nodes[0].failureSummary ?? ''}`);
    });
    check(`${file}, ${colorScheme}, ${width} px: axe finds no violation`, violations.length === 0, violations.join('\n    '));
    await audited.context.close();
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
  const cut = await page.evaluate(cut_tables);
  check(`${file}: no table is cut`, !is_lead || cut.length === 0, cut.join(', '));
  const faint = await page.evaluate(faint_texts);
  check(`${file}: every text that opens can be read`, faint.length === 0, [...new Set(faint)].slice(0, 8).join(', '));
  if (pictures && (is_product || file === 'index.html')) {
    const of = of_page(file);
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
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    const faint = await page.evaluate(faint_texts);
    check(`${file}, ${colorScheme}: every text can be read`, faint.length === 0, [...new Set(faint)].slice(0, 8).join(', '));
  }
  await context.close();
}
await browser.close();

for (const failure of failures) console.error(`failed: ${failure}`);
if (failures.length > 0) process.exit(1);
console.log(`browser check: ${all_pages.length} pages of ${resolve(tree).split('/').slice(-2).join('/')} and ${svgs.length} charts are fine`);
