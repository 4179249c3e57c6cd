import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Visitor } from '../dashboard/visitor.js';

interface Site {
  buildSite(asked: { base: string; out: string }): Promise<string>;
  serveSite(asked: { base: string; out: string }): Promise<{ server: Server; url: string }>;
}
interface Links {
  requireLinks(outDir: string, base: string): void;
}

const BASE = '/some/folder/';

describe('the site of docs/', () => {
  let out: string;
  let site: Site;
  before(async function () {
    this.timeout(300_000);
    out = mkdtempSync(path.join(os.tmpdir(), 'believe-site-'));
    site = (await import(pathToFileURL(path.resolve('scripts/docs.mjs')).href)) as Site;
    // Fails by itself at a dead link: to a page, an anchor, a picture, a file of the repository.
    await site.buildSite({ base: BASE, out });
  });
  after(() => rmSync(out, { recursive: true, force: true }));

  const html = (page: string) => readFileSync(path.join(out, page), 'utf8');
  const pages = () => readdirSync('docs').filter((file) => file.endsWith('.md'));

  it('has a page for each file of docs/, and each is in the sidebar', () => {
    const linked = new Set(
      [...html('index.html').matchAll(/href="\/some\/folder\/([\w-]*)(?:\.html)?"/g)].map(([, to]) => to),
    );
    for (const page of pages()) {
      const name = page.replace(/\.md$/, '');
      assert.ok(existsSync(path.join(out, `${name}.html`)), page);
      assert.ok(linked.has(name === 'index' ? '' : name), `${page} is not in docs/.vitepress/sidebar.ts`);
    }
  });

  it('asks no other host for anything', () => {
    const asked = readdirSync(out, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(html|css)$/.test(file))
      .flatMap((file) =>
        [
          ...html(file).matchAll(
            /<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)="((?:https?:)?\/\/[^"]*)"|url\(["']?((?:https?:)?\/\/[^)]*)\)|@import/g,
          ),
        ].map(([match]) => `${file}: ${match}`),
      );
    assert.deepEqual(asked, []);
  });

  it('is read, searched and fits a phone in Chromium, below a folder of its host', async function () {
    if ((await Visitor.path()) === undefined) this.skip();
    const { server, url } = await site.serveSite({ base: BASE, out });
    const visitor = await Visitor.open(url);
    const { page } = visitor;
    try {
      await page.setViewportSize({ width: 390, height: 844 });
      for (const name of ['alarms', 'bridge', 'commands', 'first-hour']) {
        await page.goto(`${url}${name}.html`, { waitUntil: 'load' });
        const [content, window] = (await page.evaluate(
          '[document.documentElement.scrollWidth, innerWidth]',
        )) as number[];
        assert.ok(content! <= window!, `${name} is ${content} px wide`);
      }
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(url, { waitUntil: 'load' });
      // Keys are heard once Vue has taken the page over.
      for (let i = 0; i < 150 && !(await page.isVisible('.VPLocalSearchBox input')); i++) {
        await page.keyboard.press('Control+k');
        await pause(200);
      }
      await page.fill('.VPLocalSearchBox input', 'PositionMismatch');
      const found = page.locator('.VPLocalSearchBox .result').first();
      await found.waitFor();
      await found.click();
      await page.waitForURL((to) => to.pathname.startsWith(BASE) && to.pathname !== BASE);
    } finally {
      await visitor.close();
      server.close();
    }
    assert.deepEqual([visitor.elsewhere, visitor.complaints], [[], []]);
  });

  it('is refused where an anchor, a page or a picture is missing', async () => {
    const { requireLinks } = await linkRules();
    const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-links-'));
    try {
      const write = (body: string) => writeFileSync(path.join(folder, 'index.html'), body);
      writeFileSync(path.join(folder, 'other.html'), '<h2 id="there">There</h2>');
      write(
        '<a href="/some/folder/other.html#there">a</a><a href="./other.html">b</a><a href="https://example.org">c</a>',
      );
      requireLinks(folder, BASE);
      for (const dead of [
        '<a href="/some/folder/other.html#gone">',
        '<a href="./gone.html">',
        '<a href="/other.html">',
        '<img src="gone.svg">',
        '<a class="x" href="#gone">',
      ]) {
        write(dead);
        assert.throws(() => requireLinks(folder, BASE), /dead links/, dead);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('links of README.md and CONTRIBUTING.md', () => {
  for (const page of ['README.md', 'CONTRIBUTING.md'])
    it(`of ${page} lead to files of the repository`, () => {
      const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(([, to]) => String(to));
      assert.deepEqual(
        links.filter((to) => !existsSync(to)),
        [],
      );
    });
});

/** What the configuration of the site is made of is transpiled by VitePress; here by esbuild. */
async function linkRules(): Promise<Links> {
  const { transform } = await import('esbuild');
  const { code } = await transform(readFileSync('docs/.vitepress/require-links.ts', 'utf8'), { loader: 'ts' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Links;
}
