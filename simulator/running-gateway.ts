import type net from 'node:net';
import { type Logger, pino } from 'pino';
import { Failure } from '../shared/failure.js';
import { calendarOfInstrument } from '../shared/market/calendar/product-calendars.js';
import { Catalogue } from './contracts/catalogue.js';
import type { FutureContract } from './contracts/contract.js';
import { enterOutage } from './faults/effects/connection-effects.js';
import { FaultDirector } from './faults/fault-director.js';
import { performFault } from './faults/fault-effects.js';
import type { FaultScene } from './faults/fault-scene.js';
import { faultAction } from './faults/fault-script.js';
import { ReportFaults } from './faults/report-faults.js';
import { ScriptedAnswers } from './faults/scripted-answers.js';
import type { Gateway, GatewayOptions } from './gateway.js';
import { HistoryPace } from './history-pace.js';
import { listen } from './listen.js';
import type { BarHistory } from './market/bars.js';
import type { Market } from './market/market.js';
import type { Tape } from './market/tape.js';
import { openLedger } from './open-ledger.js';
import { OrderDesk } from './orders/desk.js';
import type { Ledger } from './orders/ledger.js';
import { isLive } from './orders/order.js';
import type { OrderReport } from './orders/report.js';
import { deliverReports } from './orders/report-delivery.js';
import { SessionWatch } from './orders/session-watch.js';
import type { Outage } from './outage.js';
import { Pace } from './pace.js';
import { publishFills } from './requests/account-requests.js';
import { Inbox } from './requests/inbox.js';
import { Session } from './session.js';
import type { GatewaySettings } from './settings.js';
import { saveState } from './state-file.js';
import { Venues } from './venues.js';
import { SERVER_VERSION_MAX, SERVER_VERSION_MAX_DEFAULT, SERVER_VERSION_MIN } from './wire/handshake.js';

/** Everything that runs between `startGateway` and `stop`. */
export class RunningGateway implements FaultScene, Gateway {
  readonly log: Logger;
  readonly sessions = new Set<Session>();
  readonly catalogue: Catalogue;
  readonly ledger: Ledger;
  readonly desk: OrderDesk;
  readonly reportFaults: ReportFaults;
  readonly scripted = new ScriptedAnswers();
  readonly host: string;
  readonly tapeEnd: Promise<void>;
  readonly nowMs: () => number;
  readonly markets: ReadonlyMap<number, Market>;
  readonly history: ReadonlyMap<number, BarHistory>;
  outage: Outage | undefined;
  port = 0;
  readonly #venues: Venues;
  readonly #director: FaultDirector;
  readonly #inbox: Inbox;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #sessionWatch: SessionWatch;
  readonly #historyPace: HistoryPace;
  #server: net.Server | undefined;
  #endTape!: () => void;
  #isPlaying = false;
  #isStopped = false;

  static async start(
    options: GatewayOptions,
    settings: GatewaySettings,
    tapes: readonly Tape[],
  ): Promise<RunningGateway> {
    const { maxServerVersion = SERVER_VERSION_MAX_DEFAULT } = options;
    if (maxServerVersion < SERVER_VERSION_MIN || maxServerVersion > SERVER_VERSION_MAX)
      throw new Failure(
        'WrongVersion',
        `server version ${maxServerVersion} is not spoken`,
        `give ${SERVER_VERSION_MIN} to ${SERVER_VERSION_MAX}`,
      );
    let gateway: RunningGateway | undefined;
    const venues = await Venues.open(tapes, {
      barsFile: options.barsFile,
      nowMs: options.now === 'tape' ? undefined : (options.now ?? Date.now),
      marketImpact: settings.marketImpact,
      speed: options.speed ?? 1,
      loop: options.loop ?? false,
      settled: async () => gateway?.settled(),
      onEvent: () => gateway?.onTapeEvent(),
    });
    gateway = new RunningGateway(options, settings, venues);
    await gateway.#listen(options.port ?? 0);
    if ((options.begin ?? 'at-once') === 'at-once') gateway.#play();
    return gateway;
  }

  private constructor(
    readonly options: GatewayOptions,
    readonly settings: GatewaySettings,
    venues: Venues,
  ) {
    this.#venues = venues;
    this.nowMs = venues.nowMs;
    this.markets = venues.markets;
    this.history = venues.history;
    this.log = options.log ?? pino({ level: 'error' }, pino.destination(2));
    this.host = options.host ?? '127.0.0.1';
    this.catalogue = new Catalogue(this.nowMs(), venues.contracts);
    const lastTicks = ({ conId }: FutureContract) => this.markets.get(conId)?.lastTicks;
    this.ledger = openLedger(settings, lastTicks, options);
    this.#historyPace = new HistoryPace(settings.limits.historicalRequestsPer10Min);
    this.reportFaults = new ReportFaults((reports) => deliverReports(this, reports));
    this.desk = new OrderDesk({
      ledger: this.ledger,
      settings,
      nowMs: this.nowMs,
      resolve: (request) => {
        const found = this.catalogue.find(request.contract);
        return found.length === 1 ? found[0] : undefined;
      },
      lastTicks,
      later: (ms, work) => this.later(ms, work),
      exchangeOf: (contract) => venues.exchangeOf(contract),
      report: (reports) => this.#report(reports),
    });
    this.#sessionWatch = new SessionWatch(calendarOfInstrument(venues.first.contract.localSymbol), {
      onClose: () => this.desk.endSession(),
      onOpen: () => this.desk.lifecycle.releaseHeld(),
    });
    venues.openExchanges(this.desk.lifecycle);
    this.#resumeOrders();
    this.#director = new FaultDirector(options.faults ?? [], (action) => performFault(this, action));
    this.#inbox = new Inbox(this, this.#director);
    this.tapeEnd = new Promise((resolve) => {
      this.#endTape = resolve;
    });
  }

  get contract(): FutureContract {
    return this.#venues.first.contract;
  }

  get contracts(): readonly FutureContract[] {
    return this.#venues.contracts;
  }

  get market(): Market {
    return this.#venues.first.market;
  }

  get synthetic(): boolean {
    return this.#venues.synthetic;
  }

  get clientIds(): number[] {
    return [...this.sessions].flatMap(({ clientId }) => (clientId === undefined ? [] : [clientId]));
  }

  onReady(session: Session): void {
    this.log.info({ clientId: session.clientId, version: session.version }, 'client connected');
    if (this.outage) enterOutage(session);
    this.#director.begin('onConnect');
    this.#director.strike('onConnect', 'reported');
  }

  onSubscribed(): void {
    this.#play();
  }

  onTapeEvent(): void {
    this.#director.begin('onEvent');
    this.#sessionWatch.look(this.nowMs());
  }

  isUntold(execId: string): boolean {
    return this.reportFaults.isUntold(execId);
  }

  admitsHistory(): boolean {
    return this.#historyPace.admits(performance.now());
  }

  step(count: number): Promise<void> {
    this.#play();
    return this.#venues.step(count);
  }

  inject: Gateway['inject'] = (action) => performFault(this, faultAction.parse(action));

  /** No client is far behind: what is unread is a quarter of what would disconnect it. */
  async settled(): Promise<void> {
    const limitBytes = this.settings.limits.sendBufferBytesMax / 4;
    for (const session of this.sessions)
      while (session.outbox.waitingBytes > limitBytes && session.isOpen && !this.#isStopped)
        await new Promise((resolve) => setTimeout(resolve, 1));
  }

  later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  endOutage(): void {
    const { outage } = this;
    this.outage = undefined;
    if (outage && outage.heldReports.length > 0) this.reportFaults.pass(outage.heldReports);
    for (const request of outage?.heldRequests ?? []) request();
  }

  restart(downMs: number): void {
    for (const session of this.sessions) session.end('the gateway restarts');
    this.#server?.close();
    this.later(downMs, () => {
      this.#listen(this.port).catch((error: unknown) =>
        this.log.error({ error }, 'cannot come back after the restart'),
      );
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#venues.stop();
    this.#director.stop();
    this.reportFaults.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    for (const session of this.sessions) session.destroy('the gateway stops');
    const server = this.#server;
    if (server?.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #listen(port: number): Promise<void> {
    this.#server = await listen(this.host, port, (socket) => this.#accept(socket));
    this.port = (this.#server.address() as net.AddressInfo).port;
    if (this.#isStopped) this.#server.close();
  }

  #accept(socket: net.Socket): void {
    const { limits } = this.settings;
    if (this.sessions.size >= limits.clients) {
      this.log.warn({ clients: this.sessions.size }, 'connection refused: too many clients');
      socket.destroy();
      return;
    }
    const session = new Session(socket, {
      serverVersionMax: this.options.maxServerVersion ?? SERVER_VERSION_MAX_DEFAULT,
      sendBufferBytesMax: limits.sendBufferBytesMax,
      handshakeMs: limits.handshakeMs,
      pace: new Pace(limits.messagesPerSecond, limits.rateStrikes),
      timeZone: this.settings.timeZone,
      nowMs: this.nowMs,
      onMessage: (from, fields) => {
        this.#sessionWatch.look(this.nowMs());
        this.#inbox.take(from, fields);
      },
      onClosed: (from, reason) => {
        this.sessions.delete(from);
        this.log.info({ clientId: from.clientId, reason }, 'client gone');
      },
    });
    this.sessions.add(session);
  }

  #play(): void {
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    this.#venues.run().then(this.#endTape, (error: unknown) => {
      this.log.error({ error }, 'the tape cannot be played on');
      this.#endTape();
    });
  }

  #report(reports: OrderReport[]): void {
    this.#save();
    const fills = reports.flatMap((report) => (report.kind === 'execution' ? report.execution : []));
    for (const _ of fills) {
      this.#director.begin('onFill');
      this.#director.strike('onFill', 'accepted');
    }
    this.#director.strike('onOrder', 'accepted');
    if (this.outage && !this.outage.admits(reports)) return;
    this.reportFaults.pass(reports);
    publishFills(this, fills);
    if (fills.length > 0) this.#director.strike('onFill', 'reported');
  }

  #save(): void {
    if (this.options.stateFile === undefined) return;
    try {
      saveState(this.options.stateFile, this.ledger);
    } catch (error) {
      this.log.error({ error, file: this.options.stateFile }, 'the state is not saved: a restart would lose orders');
    }
  }

  /** Orders of a state file go on working, at the back of their queues. */
  #resumeOrders(): void {
    for (const order of this.ledger.live())
      if (order.transmitted && order.whyHeld !== 'child' && isLive(order))
        this.#venues.exchangeOf(order.contract)?.accept(order);
  }
}
