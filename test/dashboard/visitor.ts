import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../attacks/chromium.js';

/** A real Chromium in front of the page, with what it remembers from one look to the next. */
export class Visitor {
  /** Requests to any other host. */
  readonly elsewhere: string[] = [];
  readonly complaints: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {}

  /** Undefined where there is no Chromium. */
  static async path(): Promise<string | undefined> {
    const found = await findChromium();
    return 'program' in found ? found.program : undefined;
  }

  static async open(url: string): Promise<Visitor> {
    const executablePath = await Visitor.path();
    if (executablePath === undefined) throw new Error('there is no Chromium: apt-get install chromium');
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const context = await browser.newContext();
    const page = await context.newPage();
    // Tiles never change, so browsers keep them: a copy that is right would hide what was altered since.
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    await network.send('Network.setCacheDisabled', { cacheDisabled: true });
    const visitor = new Visitor(browser, context, page, url);
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) visitor.elsewhere.push(request.url());
    });
    page.on('pageerror', (error) => visitor.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') visitor.complaints.push(message.text());
    });
    return visitor;
  }

  /** @returns what the page says of its checks, once they are done */
  async look(): Promise<string> {
    // The page is made anew once a second.
    await pause(1100);
    await this.page.goto(this.url, { waitUntil: 'domcontentloaded' });
    await this.until(async () => (await this.page.getAttribute('#checks', 'class')) !== 'quiet');
    return (await this.page.textContent('#checks')) ?? '';
  }

  /** The page's own policy forbids what Playwright would run in it. */
  private async until(done: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 300; i++) {
      if ((await done()) || !(await this.page.isHidden('#shout'))) return;
      await pause(50);
    }
    throw new Error('the page does not get ready');
  }

  async shouted(): Promise<string> {
    return (await this.page.textContent('#shout')) ?? '';
  }

  /** @returns what the check of every entry says */
  async checkAll(): Promise<string> {
    await this.page.click('#all');
    await this.until(async () => / s$/.test((await this.page.textContent('#allSaid')) ?? ''));
    return (await this.page.textContent('#allSaid')) ?? '';
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.browser.close();
  }
}
