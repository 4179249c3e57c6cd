import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findOnPath } from '../../setup/find-on-path.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
const QUIET = [
  ...['--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync', '--mute-audio'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-default-apps'],
];

/** @returns the program, or in one sentence why there is none */
export async function findChromium(): Promise<{ readonly program: string } | { readonly missing: string }> {
  for (const name of NAMES) {
    const program = await findOnPath(name);
    if (program !== undefined) return { program };
  }
  return { missing: 'no Chromium is on this machine, so no page was tried: apt-get install chromium' };
}

/** A browser of its own, with nothing remembered, that opens one page. */
export class Chromium {
  private readonly profile = mkdtempSync(path.join(tmpdir(), 'believe-chromium-'));
  private readonly process: ChildProcess;

  /** @param resolved what a name and port lead to, as an attacker's name server answers */
  constructor(program: string, url: string, resolved: ReadonlyMap<string, string>) {
    const rules = [...resolved].map(([asked, answer]) => `MAP ${asked} ${answer}`).join(',');
    const args = [...QUIET, `--user-data-dir=${this.profile}`, `--host-resolver-rules=${rules}`];
    if (process.getuid?.() === 0) args.push('--no-sandbox');
    // In a group of its own: its many processes end with it.
    this.process = spawn(program, [...args, '--remote-debugging-port=0', url], { stdio: 'ignore', detached: true });
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    if (this.process.exitCode === null && this.process.signalCode === null && this.process.pid !== undefined) {
      process.kill(-this.process.pid, 'SIGKILL');
      await gone;
    }
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
