import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { restartElsewhere } from '../../bench/bridge/restart-elsewhere.js';
import { type RunningBridge, startBridge } from '../../bridge/bridge.js';
import { OrderLedger } from '../../bridge/orders/order-ledger.js';
import type { Tuning } from '../../bridge/tuning.js';
import type { BridgeOptions } from '../../bridge/wiring/ground.js';
import { sampleFile } from '../../setup/sample-data.js';
import { type Config, type ConfigInput, configSchema } from '../../shared/config/config.js';
import { type BridgeStatus, bridgeStatus } from '../../shared/contract/bridge-status.js';
import { entryOf, type JournalLine, journalLine } from '../../shared/contract/order-journal.js';
import { type SwapRecord, swapRecord } from '../../shared/contract/swap-record.js';
import { CONTROL_FILES } from '../../shared/contract/trading-control.js';
import { type ClockSpec, createMarketClock, type MarketClock } from '../../shared/market/clock/market-clock.js';
import { clockSpecFile, writeClockSpec } from '../../shared/node/clock-spec-file.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { writeSigningKey } from '../../shared/node/trust/key-folder.js';
import type { Gateway, GatewayOptions } from '../../simulator/gateway.js';
import { openTape, type Tape } from '../../simulator/market/tape.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { signedResume } from './signed-request.js';
import { OPERATOR, ToyBroker } from './toy-release.js';

/** The real ten-level ES sample. */
export const ES_SAMPLE = sampleFile('es-depth/ESU9-20190829.depth.jsonl.gz');
export const ACCOUNT = 'DU1000001';

/** The sample as the book of ESU9, and once more as that of ESZ9. */
export async function twoMonths(): Promise<Tape[]> {
  return (await threeMonths()).slice(0, 2);
}

/** The sample as the books of ESU9, ESZ9 and ESH0. */
export function threeMonths(): Promise<Tape[]> {
  return sampleAs(['ESU9', 'ESZ9', 'ESH0']);
}

/** The sample as the book of each of these contracts. */
export async function sampleAs(contracts: readonly string[]): Promise<Tape[]> {
  const sample = await openTape(ES_SAMPLE);
  return contracts.map((instrument) => ({ ...sample, instrument }));
}

/** A replayed clock inside regular hours: decisions are taken, orders allowed, and time runs fast. */
export function clockInSession(speed = 20, sinceOpenMs = 2000): ClockSpec {
  return {
    ...{ kind: 'replay', firstTradeDate: '2019-08-29', speed, beforeOpenSeconds: 1, afterOpenSeconds: 20_000 },
    startedAtWallMs: Date.now() - sinceOpenMs / speed,
  };
}

/** The same steps as in earnest, with less patience. */
export const QUICK: Tuning = {
  timeouts: { handshakeMs: 3000, heartbeatMs: 200, silenceMsMax: 1500 },
  backoff: { firstMs: 50, lastMs: 200 },
  ...{ answerMs: 3000, secondLookMs: 200, stuckOrderMs: 1000 },
  ...{ positionEveryMs: 500, doubtMs: 300, depthRetryMs: 300, alarmQuietMs: 500 },
  ...{ oddRenewMs: 300, silentFeedMs: 600_000, examineMs: 60_000, frozenMs: 30_000 },
};

interface SpawnOptions {
  readonly nodeArguments?: readonly string[];
  readonly logLevel?: string;
  readonly stdio?: StdioOptions;
  readonly env?: NodeJS.ProcessEnv;
}

interface StartChanges {
  readonly tuning?: Partial<Tuning>;
  /** What differs from the settings so far: a person has changed the contract. */
  readonly instrument?: Partial<Config['instrument']>;
}

/** A bridge and a gateway over TCP on loopback, in a home folder of their own. */
export class Rig {
  readonly home = mkdtempSync(path.join(os.tmpdir(), 'believe-bridge-'));
  readonly broker = path.join(this.home, 'broker');
  readonly clock: MarketClock;
  readonly toys: ToyBroker;
  gateway!: Gateway;
  bridge: RunningBridge | undefined;

  private constructor(
    /** For bridges in processes of their own. */
    public spec: ClockSpec,
    private readonly gatewayOptions: Partial<GatewayOptions>,
    private readonly changes: ConfigInput,
    marketClock?: MarketClock,
  ) {
    this.clock = marketClock ?? createMarketClock(spec);
    this.toys = new ToyBroker(this.broker);
  }

  static async start(
    options: {
      clock?: ClockSpec;
      /** In place of that of the spec, for a bridge in this process. */
      marketClock?: MarketClock;
      gateway?: Partial<GatewayOptions>;
      config?: ConfigInput;
    } = {},
  ): Promise<Rig> {
    const rig = new Rig(
      options.clock ?? clockInSession(),
      options.gateway ?? {},
      options.config ?? {},
      options.marketClock,
    );
    await rig.startGateway();
    return rig;
  }

  async startGateway(port = 0, changes: GatewayOptions['settings'] = {}): Promise<void> {
    const settings = { accounts: [ACCOUNT], startCash: 1e9, ...this.gatewayOptions.settings, ...changes };
    this.gateway = await startGateway({
      ...{ data: ES_SAMPLE, speed: 20, loop: true, log: pino({ level: 'silent' }) },
      ...{ ...this.gatewayOptions, settings, port },
    });
  }

  get config(): Config {
    const { risk, bridge, gateway, instrument, ...others } = this.changes;
    return configSchema.parse({
      ...{ clock: { kind: 'real' }, metrics: { bridgePort: 0 } },
      ...{ home: this.home, input: { kind: 'files', depth: [ES_SAMPLE] } },
      instrument: { localSymbol: 'ESU9', ...instrument },
      risk: { staleDataMs: 60_000, maxOrdersPerMinute: 1000, maxDailyLossUsd: 1e9, ...risk },
      bridge: { bootstrapBarDays: 0, restart: restartElsewhere(), ...bridge },
      gateway: { port: this.gateway.port, account: ACCOUNT, ...gateway },
      ...others,
    });
  }

  get bridgeOptions(): BridgeOptions {
    const log = pino({ level: process.env.TEST_LOG ?? 'silent' }, pino.destination(2));
    return { config: this.config, clock: this.clock, home: this.home, log, tuning: QUICK };
  }

  async startBridge({ tuning = {}, instrument = {} }: StartChanges = {}): Promise<void> {
    const { config } = this;
    this.bridge = await startBridge({
      ...this.bridgeOptions,
      config: { ...config, instrument: { ...config.instrument, ...instrument } },
      tuning: { ...QUICK, ...tuning },
    });
  }

  /** What a bridge in a process of its own reads from its home folder: clock and settings. */
  writeHome(): void {
    writeClockSpec(clockSpecFile(this.home), this.spec);
    writeFileSync(path.join(this.home, 'config.json'), JSON.stringify(this.config));
    if (!existsSync(path.join(this.home, 'operator')))
      writeSigningKey(path.join(this.home, 'operator', 'keys'), 'operator', OPERATOR.key);
  }

  /** The bridge as a process of its own, as operators run it. */
  spawnBridge(options: SpawnOptions = {}): ChildProcess {
    const { nodeArguments = [], logLevel = 'silent', stdio = ['pipe', 'ignore', 'inherit'], env = {} } = options;
    this.writeHome();
    const main = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
    return spawn(process.execPath, [...nodeArguments, main, 'bridge', '--home', this.home, '--log-level', logLevel], {
      // It ends with this process, however this process ends.
      stdio,
      env: { ...process.env, ...env, BELIEVE_SUPERVISED: '1' },
    });
  }

  async stopBridge(): Promise<void> {
    await this.bridge?.stop();
    this.bridge = undefined;
  }

  /** Ends everything and removes the folder. */
  async end(): Promise<void> {
    await this.stopBridge();
    await this.gateway.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  status(): BridgeStatus | null {
    try {
      return bridgeStatus.parse(JSON.parse(readFileSync(path.join(this.broker, 'status.json'), 'utf8')));
    } catch {
      return null;
    }
  }

  /** Waits until the status says so. */
  async until(what: string, isSo: (status: BridgeStatus) => boolean, withinMs = 60_000): Promise<BridgeStatus> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const status = this.status();
      if (status && isSo(status)) return status;
      if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}; ${JSON.stringify(status)}`);
      await sleep(50);
    }
  }

  /** What the journal on disk adds up to: what a restart would know. */
  ledger(): OrderLedger {
    const ledger = new OrderLedger();
    for (const line of this.journal()) ledger.apply(entryOf(line));
    return ledger;
  }

  /** Trading may go on: the kill switch is off, with all else that waits for an operator. */
  release(): void {
    this.ask('resume');
  }

  /** Throws the kill switch. */
  halt(): void {
    this.ask('halt');
  }

  /** Leaves a request for the bridge, as operators and workflows do. */
  ask(name: keyof typeof CONTROL_FILES, more: { takePosition?: boolean } = {}): void {
    const control = { v: 1, by: 'test', reason: 'asked by the test', at: new Date().toISOString() };
    const signed = () => signedResume({ account: this.config.gateway.account, nowMs: Date.now() }, more.takePosition);
    this.leave(name, name === 'resume' ? signed() : control);
  }

  /** Leaves these words for the bridge, signed or not. */
  leave(name: keyof typeof CONTROL_FILES, request: object): void {
    replaceFile(path.join(this.broker, 'control', CONTROL_FILES[name]), JSON.stringify(request));
  }

  /** What the account really holds of the first contract. */
  get accountContracts(): number {
    const [account] = this.gateway.ledger.accounts.values();
    return account?.positions.get(this.gateway.contract.conId)?.quantity ?? 0;
  }

  /** Alarms that were ever raised, by name. */
  alarmsTold(): string[] {
    return jsonLines(path.join(this.broker, 'alarms.jsonl')).map(({ alarm }) => String(alarm));
  }

  /** Until it is so at the gateway. */
  async untilTrue(
    what: string,
    isSo: () => boolean,
    { withinMs = 60_000, everyMs = 20, meanwhile = async () => {} } = {},
  ): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!isSo()) {
      if (Date.now() > deadline)
        throw new Error(`not within ${withinMs} ms: ${what}; ${JSON.stringify(this.status())}`);
      await meanwhile();
      await sleep(everyMs);
    }
  }

  /** The market goes on, where it does not by itself, until it is so. */
  playUntil(what: string, isSo: () => boolean): Promise<void> {
    return this.untilTrue(what, isSo, { meanwhile: () => this.gateway.step(20) });
  }

  /** Throws the kill switch and waits until no order is live, neither here nor there, and the bridge is reconciled. */
  async quiet(): Promise<void> {
    this.halt();
    const isQuiet = () => this.ledger().live().length === 0 && this.gateway.ledger.live().length === 0;
    const askedAt = new Date().toISOString();
    await this.until(
      'quiet',
      ({ connection, haltReason, wallTime }) =>
        wallTime > askedAt && connection === 'ready' && (haltReason ?? '').includes('kill-switch') && isQuiet(),
    );
  }

  swaps(): SwapRecord[] {
    return jsonLines(path.join(this.broker, 'swaps.jsonl')).map((line) => swapRecord.parse(line));
  }

  journal(): JournalLine[] {
    return this.journalIn(path.join(this.broker, 'journal'));
  }

  /** Of one contract, or of all where it is the folder of all. */
  journalIn(journals: string): JournalLine[] {
    const files = readdirSync(journals, { recursive: true, encoding: 'utf8' }).filter((file) =>
      path.basename(file).startsWith('orders-'),
    );
    return files.sort().flatMap((file) => jsonLines(path.join(journals, file)).map((line) => journalLine.parse(line)));
  }

  captureFiles(): string[] {
    const files = readdirSync(path.join(this.broker, 'capture'));
    // In the order of their numbers: 2 before 10.
    const byNumber = new Intl.Collator('en', { numeric: true });
    return files.filter((file) => file.startsWith('dom_ib')).sort(byNumber.compare);
  }

  captured(): { kind: string; ts: string; seq: number; [field: string]: unknown }[] {
    return this.captureFiles().flatMap((file) =>
      jsonLines(path.join(this.broker, 'capture', file)).filter((line) => line.kind !== 'header'),
    ) as { kind: string; ts: string; seq: number }[];
  }
}

/** Whole lines: what comes after the last newline does not count, here as for the bridge. */
export function jsonLines(file: string): Record<string, unknown>[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
