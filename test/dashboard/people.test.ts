import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import type { LocalPage } from '../../deploy/local-page.js';
import { Publisher } from './posts.js';
import { postAll, startTestPage } from './test-page.js';
import { Visitor } from './visitor.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

describe('the public page, for people', function () {
  this.timeout(120_000);
  let page: LocalPage;
  let browser: Browser;

  before(async function () {
    const executablePath = await Visitor.path();
    if (executablePath === undefined) return this.skip();
    page = await startTestPage();
    const publisher = new Publisher();
    await postAll(page, [...publisher.growAll(publisher.record(20, 10)), ...publisher.documents()]);
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  after(async () => {
    await browser?.close();
    await page?.close();
  });

  for (const [what, options] of Object.entries({
    'on a desktop': { viewport: { width: 1280, height: 900 } },
    'on a phone, in the dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const },
  }))
    it(`has nothing that axe finds, ${what}, and nothing wider than the screen`, async () => {
      // The page's own policy would not let the tool in.
      const context = await browser.newContext({ ...options, bypassCSP: true });
      const view = await context.newPage();
      await view.goto(page.url);
      await view.waitForTimeout(1000);
      await view.click('summary');
      const wide = await view.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      assert.ok(Number(wide) <= 0, `${wide} px too wide`);
      await view.evaluate(axe);
      const { violations } = (await view.evaluate('axe.run()')) as { violations: Violation[] };
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 100)}`),
        [],
      );
      await context.close();
    });

  it('says everything without scripts, sets no cookie, asks nobody else, and can be used by keyboard', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const view = await context.newPage();
    const asked: string[] = [];
    view.on('request', (request) => asked.push(request.url()));
    await view.goto(page.url);
    const text = (await view.textContent('main')) ?? '';
    for (const word of ['The bridge is up and trades.', 'limit 5 min', 'Results', 'Fills', 'Release v20 signed'])
      assert.ok(text.includes(word), word);
    assert.equal(await view.isHidden('#all'), true, 'a button that could do nothing');
    assert.deepEqual(await context.cookies(), []);
    assert.ok(
      asked.every((url) => url.startsWith(page.url)),
      asked.join(),
    );
    await context.close();
    const keyboard = await (await browser.newContext()).newPage();
    await keyboard.goto(page.url);
    await keyboard.waitForTimeout(1000);
    const focused: string[] = [];
    for (let i = 0; i < 6; i++) {
      await keyboard.keyboard.press('Tab');
      focused.push(String(await keyboard.evaluate('document.activeElement.tagName')));
    }
    for (const tag of ['BUTTON', 'SUMMARY', 'A']) assert.ok(focused.includes(tag), `${tag} of ${focused}`);
  });

  it('has a first view under 60 kB, and nothing that blocks it', async () => {
    const response = await fetch(page.url);
    const text = await response.text();
    assert.ok(gzipSync(text).length < 60_000, `${gzipSync(text).length} bytes`);
    assert.doesNotMatch(text, /<link[^>]+stylesheet|<script[^>]+src=/);
    const policy = response.headers.get('content-security-policy')!;
    for (const rule of ["default-src 'none'", "script-src 'sha256-", "trusted-types 'none'", "frame-ancestors 'none'"])
      assert.ok(policy.includes(rule), rule);
    assert.doesNotMatch(policy, /unsafe/);
  });
});
