import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createBrokerActivities } from '../../activities/broker/index.js';
import type { ResearchDependencies } from '../../activities/research/dependencies.js';
import { createResearchActivities } from '../../activities/research/index.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { keyPlaces } from '../../research/release/key-places.js';
import { initKeys, USUAL_CEREMONY } from '../../research/release/keys.js';
import { instrumentConfig } from '../../shared/config/market.js';
import { loadConfig } from '../../shared/node/config/load-config.js';

/** What no step may read, or repeat in an answer or an error. */
export const SECRET = 'hunter2-rsync-password-of-the-releases-module';

/** A home with keys and market data, its steps as the workers run them, and somebody who schedules them with any argument. */
export class HostileCaller {
  readonly home = mkdtempSync(path.join(os.tmpdir(), 'believe-attack-'));
  readonly secretFile = path.join(this.home, 'broker', 'keys', 'releases.password');

  readonly depthFile: string = '';
  readonly barsFile: string = '';

  static async enter(): Promise<HostileCaller> {
    const caller = new HostileCaller();
    initKeys(keyPlaces(caller.home), { ...USUAL_CEREMONY, operatorName: 'ann', nowMs: Date.now() });
    mkdirSync(path.dirname(caller.secretFile), { recursive: true });
    writeFileSync(caller.secretFile, `${SECRET}\n`, { mode: 0o600 });
    const { depthFiles, barsFile } = await generateMarket({
      ...{
        seed: 7,
        folder: path.join(caller.home, 'research', 'input', 'day'),
        instrument: instrumentConfig.parse({}),
        firstTradeDate: '2014-01-02',
      },
      ...{ days: 1, minutesPerDay: 2, barDays: 2, signalStrength: 1 },
    });
    Object.assign(caller, { depthFile: depthFiles[0]!, barsFile });
    return caller;
  }

  leave(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  get research() {
    const config = { ...loadConfig({ env: {} }), home: this.home };
    const input = { kind: 'files' as const, depth: [this.depthFile], bars: [this.barsFile], synthetic: true };
    return createResearchActivities({
      config: { ...config, input },
      library: {} as ResearchDependencies['library'],
      ...{ codeCommit: 'c0ffee', lockfileSha256: '0'.repeat(64), isOpen: async () => false },
    });
  }

  get broker() {
    return createBrokerActivities({
      brokerFolder: path.join(this.home, 'broker'),
      clockFile: path.join(this.home, 'market-clock.json'),
      product: { symbol: 'ES', exchange: 'CME', tickSize: 0.25, multiplier: 50 },
      instrument: () => 'ESZ5',
      upload: loadConfig({ env: {} }).upload,
      rsync: { path: 'rsync', host: '127.0.0.1', port: 1, bwlimitKiBps: null },
    });
  }

  /** Schedules a step with any argument, as whoever holds Temporal can. */
  async call<A, R>(activity: (ask: A) => Promise<R>, ask: unknown): Promise<R> {
    return (await new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') }).run(
      activity as (ask: unknown) => Promise<R>,
      ask,
    )) as R;
  }

  /** The same, of a step that must refuse: all that the caller is told, with causes and details. */
  async refusal(activity: (ask: never) => Promise<unknown>, ask: unknown): Promise<string> {
    const answer = await this.call(activity as (ask: unknown) => Promise<unknown>, ask).then(
      (value) => `ACCEPTED ${JSON.stringify(value)}`,
      (error: unknown) => describe(error),
    );
    return answer;

    function describe(error: unknown): string {
      const { message, details, cause, stack } = error as Error & { details?: unknown };
      return [message, stack, JSON.stringify(details ?? null), cause ? describe(cause) : ''].join('\n');
    }
  }
}
