import path from 'node:path';
import { pino } from 'pino';
import { type Config, configSchema } from '../../shared/config/config.js';
import { instrumentConfig } from '../../shared/config/market.js';
import { CLIENT_ID } from '../../shared/config/services.js';
import { type BridgeStatus, bridgeStatus } from '../../shared/contract/bridge-status.js';
import { CONTROL_FILES } from '../../shared/contract/trading-control.js';
import type { Gateway } from '../../simulator/gateway.js';
import type { RunningGateway } from '../../simulator/running-gateway.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { CancelRules } from '../invariants/cancel-rules.js';
import { ForeignRule } from '../invariants/foreign-rule.js';
import { isForgiven } from '../invariants/forgiven.js';
import { JournalWatch } from '../invariants/journal-watch.js';
import { LossRule } from '../invariants/loss-rule.js';
import { MarketWatch } from '../invariants/market-watch.js';
import { NeedlessAlarm } from '../invariants/needless-alarm.js';
import { OrderRules } from '../invariants/order-rules.js';
import { ProcessRules } from '../invariants/process-rules.js';
import { SendRules } from '../invariants/send-rules.js';
import { SessionRule } from '../invariants/session-rule.js';
import { Truth } from '../invariants/truth.js';
import { TwinRule } from '../invariants/twin-rule.js';
import type { Report, Violation } from '../invariants/violation.js';
import { type Plan, playedMs, type Setting } from '../plan/plan.js';
import type { DiskChange } from '../world/virtual-disk.js';
import type { VirtualSocket } from '../world/virtual-socket.js';
import { World } from '../world/world.js';
import { BridgeHost } from './bridge-host.js';
import { Frames } from './frames.js';
import { BROKER, HOME } from './home-template.js';
import { KillTrigger } from './kill-trigger.js';
import { accountWord, DEPTH_MESSAGE, HEARD_MESSAGES, tellMessages } from './messages.js';
import { SimulatedClock } from './simulated-clock.js';
import { SimulatedMarket } from './simulated-market.js';

export const ACCOUNT = 'DU1000001';
export const GATEWAY_PORT = 4002;
export const METRICS_PORT = 9467;
/** The bridge starts when the gateway is up. */
export const BRIDGE_STARTS_MS = 500;
const STATUS_FILE = path.join(BROKER, 'status.json');
/** It is written once a second. */
const STATUS_FRESH_MS = 2500;
/** What a client says first on a connection. */
const GREETING = 'API\0';
const PRODUCTS = {
  ES: { contracts: ['ESU9', 'ESZ9'], symbol: 'ES', tickSize: 0.25, multiplier: 50, startPrice: 2900 },
  RTY: { contracts: ['RTYU9', 'RTYZ9'], symbol: 'RTY', tickSize: 0.1, multiplier: 50, startPrice: 1500 },
} as const;

export interface Watcher {
  /** What happens, for people: who, and what. Null: nobody reads it, and nothing is put into words. */
  readonly tell: ((who: string, what: string) => void) | null;
}

/** One day of the virtual world: gateway, bridge, market and invariants, as the plan sets them up. */
export class Day {
  readonly world: World;
  readonly clock: SimulatedClock;
  /** Market time as it is, whatever is done to the bridge's clock. */
  readonly trueClock: SimulatedClock;
  readonly setting: Setting;
  readonly markets: readonly SimulatedMarket[];
  readonly host: BridgeHost;
  readonly kills: KillTrigger;
  readonly journals: JournalWatch;
  truth!: Truth;
  violation: Violation | null = null;
  /** Index of the contract that the bridge is configured for. */
  contractIndex = 0;
  /** What waits for an order of a decision to leave, one for each. */
  readonly onNextOrder: ((orderRef: string) => void)[] = [];
  /** A step of the plan or the quiet at the end is asked for: no more faults. */
  isQuiet = false;
  /** Another program listens where the bridge's metrics would be. */
  isPortTaken = false;
  /** Lines may be missing in the capture: the disk was full, or the power was cut. */
  lostCaptureLines = false;
  private rules: { look(): void }[] = [];
  readonly lossRule: LossRule;
  readonly marketWatch: MarketWatch;
  private readonly sendRules: SendRules;
  private readonly twinRule: TwinRule;
  private readonly foreignRule: ForeignRule;
  private readonly processes: ProcessRules;
  readonly needlessAlarm: NeedlessAlarm;
  private haltWrittenMs = Number.POSITIVE_INFINITY;

  constructor(
    readonly plan: Plan,
    wallStartMs: number,
    readonly watcher: Watcher,
  ) {
    const { setting, seed } = plan;
    this.setting = setting;
    this.world = new World(seed, wallStartMs);
    const { world } = this;
    const { windows, speed } = setting;
    this.clock = new SimulatedClock(windows, speed, wallStartMs, () => world.wallMs);
    this.trueClock = new SimulatedClock(windows, speed, wallStartMs, () => wallStartMs + world.nowMs);
    this.markets = this.openMarkets();
    this.kills = new KillTrigger(this);
    this.processes = new ProcessRules(this, this.report);
    this.needlessAlarm = new NeedlessAlarm(this.report, this.setting.windows.length > 1);
    this.sendRules = new SendRules(this, this.report);
    this.twinRule = new TwinRule(this, this.report);
    this.foreignRule = new ForeignRule(this, this.report);
    this.lossRule = new LossRule(this, this.report);
    this.marketWatch = new MarketWatch(this);
    this.journals = new JournalWatch(this.report, (record) => {
      if (record.kind === 'halt')
        for (const rule of [this.foreignRule, this.twinRule]) rule.haltRecorded(String(record.code));
      if (record.kind === 'mark') this.lossRule.takeMark(Number(record.price));
      watcher.tell?.(world.owner.name, `journal: ${JSON.stringify(record)}`);
    });
    this.host = new BridgeHost({
      ...{ world, clock: this.clock, config: () => this.config(), positionEveryMs: () => setting.positionEveryMs },
      onLog: watcher.tell && ((line) => watcher.tell?.(world.owner.name, line.trim())),
      onNews: (what) => watcher.tell?.('host', what),
    });
    world.disk.onChange = (change, owner) => this.onDisk(change, owner.name);
    world.network.onWrite = (socket, bytes) => this.onMessage(socket, bytes);
    const framesOf = new WeakMap<object, Frames>();
    world.network.onArrival = (socket, bytes) => {
      if (socket.owner !== this.host.current?.owner) return;
      const frames = framesOf.get(socket) ?? new Frames(HEARD_MESSAGES);
      framesOf.set(socket, frames);
      for (const fields of frames.take(bytes)) this.hear(fields);
    };
    world.onUncaught = ({ owner, error }) =>
      this.report(
        'uncaught',
        `${owner.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    world.afterEvent = () => {
      if (this.truth?.look() && watcher.tell) this.tellExecution();
      for (const rule of this.rules) rule.look();
      this.processes.look();
    };
  }

  get product() {
    return PRODUCTS[this.setting.product];
  }

  get localSymbol(): string {
    return this.product.contracts[this.contractIndex]!;
  }

  /** What cannot be written down cannot be read either. */
  get isDiskFull(): boolean {
    return this.world.disk.faults.freeBytes !== Number.POSITIVE_INFINITY;
  }

  /** Of the account and the contract that is traded. */
  get journalFolder(): string {
    return path.join(BROKER, 'journal', `${ACCOUNT}-${this.localSymbol}`);
  }

  get market(): SimulatedMarket {
    return this.markets[this.contractIndex]!;
  }

  /** A swap is on record: from then on there is a model. */
  get hasModel(): boolean {
    const swaps = this.world.disk.find(path.join(BROKER, 'swaps.jsonl'));
    return swaps?.kind === 'file' && swaps.contents().includes('"outcome":"swapped"');
  }

  readonly report: Report = (invariant, what) => {
    if (this.violation || isForgiven(invariant)) return;
    this.violation = { invariant, what, atMs: this.world.nowMs };
    this.watcher.tell?.('VIOLATION', `${invariant}: ${what}`);
  };

  /** Runs until a moment, or the first violation. */
  runUntil(atMs: number): void {
    const { world } = this;
    let isReached = false;
    world.schedule(atMs - world.nowMs, world.outside, 'until', () => {
      isReached = true;
    });
    while (!isReached && !this.violation && world.step());
  }

  /** Starts gateway and bridge. */
  begin(): void {
    const { world, setting } = this;
    const owner = world.createOwner('gateway');
    world.schedule(0, owner, 'main', () => {
      startGateway({
        ...{ data: [...this.markets], port: GATEWAY_PORT, speed: setting.speed, now: this.trueClock.nowMs },
        ...{ seed: this.plan.seed % 1000, log: pino({ level: 'silent' }) },
        settings: { accounts: [ACCOUNT], startCash: 1e9, depthStyle: setting.depthStyle },
      }).then((gateway) => this.gatewayRuns(gateway), world.onUncaught as (error: unknown) => void);
    });
    this.host.startIn(BRIDGE_STARTS_MS);
  }

  status(): BridgeStatus | null {
    const node = this.world.disk.find(STATUS_FILE);
    if (node?.kind !== 'file' || node.size === 0) return null;
    try {
      return bridgeStatus.parse(JSON.parse(node.contents().toString()));
    } catch {
      return null; // torn by a power cut
    }
  }

  /** A fresh status of a bridge that runs, is connected and reconciled; null where there is none. */
  readyStatus(): BridgeStatus | null {
    const status = this.status();
    const isReady =
      status?.connection === 'ready' &&
      this.host.current?.running !== undefined &&
      this.world.wallMs - Date.parse(status.wallTime) < STATUS_FRESH_MS;
    return isReady ? status : null;
  }

  /** Names of the halts that an order sent at a moment had to obey. */
  haltsAt(sentMs: number, killSwitchMs: number): string[] {
    const isThrown = sentMs - this.haltWrittenMs > killSwitchMs;
    return [...this.journals.haltsOf(this.journalFolder), ...(isThrown ? ['kill-switch'] : [])];
  }

  /** One message that has arrived at the bridge. */
  private hear(fields: readonly string[]): void {
    if (fields[0] === DEPTH_MESSAGE) this.marketWatch.heardDepth();
    const word = accountWord(fields);
    if (!word || !this.truth) return;
    this.truth.told(word);
    this.foreignRule.told(word);
  }

  private gatewayRuns(gateway: Gateway): void {
    const { startPosition } = this.setting;
    if (startPosition !== 0) {
      const contract = gateway.contracts[0]!;
      const price = this.markets[0]!.bidTicks * contract.tickSize;
      gateway.ledger.accounts
        .get(ACCOUNT)!
        .positions.set(contract.conId, { contract, quantity: startPosition, averageCost: price * contract.multiplier });
    }
    this.truth = new Truth(this.world, gateway as RunningGateway, ACCOUNT);
    this.rules = [
      new OrderRules(this, this.report),
      this.lossRule,
      new SessionRule(this, this.report),
      new CancelRules(this, this.report),
      this.foreignRule,
      this.twinRule,
      this.marketWatch,
    ];
  }

  private openMarkets(): SimulatedMarket[] {
    const { seed, setting, steps } = this.plan;
    const { contracts, tickSize, startPrice } = this.product;
    const { style, speed, windows } = setting;
    // Twice the time that is played: the quiet at the end needs a market too.
    const lengthMs = (playedMs(setting) + 120_000) * speed;
    const rolls = steps.some((step) => step.do === 'roll');
    const firstMs = windows[0]!.startMs;
    return contracts
      .slice(0, rolls ? 2 : 1)
      .map(
        (symbol, i) =>
          new SimulatedMarket(
            symbol,
            tickSize,
            firstMs,
            Math.round(startPrice / tickSize) + 20 * i,
            seed + i,
            lengthMs,
            style,
          ),
      );
  }

  private config(): Config {
    const { risk, bridge, hasMetricsPort } = this.setting;
    const { symbol, tickSize, multiplier } = this.product;
    const quietTime = new Date(this.world.wallMs + 11 * 3_600_000).toISOString().slice(11, 16);
    return configSchema.parse({
      ...{ home: HOME, clock: { kind: 'real' }, input: { kind: 'files', depth: ['market'] } },
      instrument: { localSymbol: this.localSymbol, symbol, tickSize, multiplier, ...this.lastDays() },
      ...{ risk, metrics: { bridgePort: hasMetricsPort ? METRICS_PORT : 0 } },
      bridge: {
        ...{ bootstrapBarDays: 0, downSecondsMax: 10 },
        restart: {
          dailyAt: quietTime,
          minutes: 1,
          timeZone: 'UTC',
          weeklyDay: 'SUNDAY',
          weeklyAt: '01:00',
          weeklyMinutes: 1,
        },
        ...bridge,
      },
      gateway: { port: GATEWAY_PORT, account: ACCOUNT },
    });
  }

  private onDisk(change: DiskChange, who: string): void {
    if (change.kind === 'write' && this.kills.beforeWrite(change)) this.journals.onChange(change);
    if (!this.world.owner.isAlive) return;
    this.processes.onDisk(change);
    this.journals.onChange(change);
    this.needlessAlarm.onDisk(change);
    if (path.basename(change.file) === CONTROL_FILES.halt && change.kind === 'remove')
      this.haltWrittenMs = Number.POSITIVE_INFINITY;
    if (this.watcher.tell && change.kind === 'write' && /alarms|swaps/.test(change.file))
      this.watcher.tell(who, `${path.basename(change.file)}: ${Buffer.from(change.bytes).toString().trim()}`);
  }

  /** The kill switch was thrown by an operator. */
  haltThrown(): void {
    this.haltWrittenMs = Math.min(this.haltWrittenMs, this.world.nowMs);
  }

  private onMessage(socket: VirtualSocket, bytes: Uint8Array): void {
    const { world } = this;
    const { tell } = this.watcher;
    if (tell && socket.owner.name === 'gateway')
      for (const words of tellMessages(Buffer.from(bytes))) tell('gateway', words);
    if (!socket.owner.name.startsWith('bridge')) return;
    const text = Buffer.from(bytes).toString('latin1', 4);
    const fields = text.split('\0');
    this.kills.beforeMessage(socket, fields[0] ?? '', Buffer.from(bytes));
    if (!world.owner.isAlive) return;
    world.record(text);
    // The greeting has no length before it.
    if (Buffer.from(bytes).toString('latin1', 0, GREETING.length) === GREETING) this.truth?.connected();
    if (fields[0] === '3' && this.truth) {
      const sent = this.sendRules.judge(fields, socket.owner);
      this.truth.sent.set(sent.orderRef, sent);
      this.truth.cancelAskedMs.delete(Number(fields[1]));
      if (!sent.isClosing) this.onNextOrder.shift()?.(sent.orderRef);
    }
    if (fields[0] === '4' && this.truth) {
      this.truth.cancelAskedMs.set(Number(fields[2]), world.nowMs);
      this.twinRule.cancelled(Number(fields[2]));
    }
    if (this.watcher.tell && /^[34]$/.test(fields[0] ?? ''))
      this.watcher.tell(
        socket.owner.name,
        fields[0] === '3' ? `sends order ${fields.slice(16, 20).join(' ')} (${fields[1]})` : `cancels ${fields[2]}`,
      );
  }

  private tellExecution(): void {
    const last = this.truth.executions().at(-1)!;
    const { side, shares, contract, clientId, priceTicks, execId } = last;
    const whose = clientId === CLIENT_ID ? 'ours' : `client ${clientId}`;
    this.watcher.tell?.(
      'gateway',
      `execution ${side} ${shares} ${contract.localSymbol} ${priceTicks * contract.tickSize} (${whose}, ${execId}): position ${this.truth.position(contract.localSymbol)}`,
    );
  }

  /** A setting that an older version of the configuration may not know. */
  private lastDays(): { readonly firstNoticeDate?: string } {
    const { firstNoticeDate } = this.setting;
    return firstNoticeDate === null || !('firstNoticeDate' in instrumentConfig.shape) ? {} : { firstNoticeDate };
  }
}
