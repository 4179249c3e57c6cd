import net from 'node:net';
import { type Logger, pino } from 'pino';
import type { z } from 'zod';
import { Failure } from '../shared/failure.js';
import { Catalogue } from './contracts/catalogue.js';
import { contractOfLocalSymbol, type FutureContract } from './contracts/contract.js';
import type { GatewayCore } from './gateway-core.js';
import { BarHistory } from './market/bars.js';
import { Market } from './market/market.js';
import { Player, type Speed } from './market/player.js';
import { openTape, type Tape } from './market/tape.js';
import { Account } from './orders/account.js';
import { OrderDesk } from './orders/desk.js';
import { Exchange } from './orders/exchange.js';
import { Ledger } from './orders/ledger.js';
import { clientIdOf, type OrderReport } from './orders/report.js';
import { publishAccount } from './requests/account-requests.js';
import { dispatch } from './requests/dispatch.js';
import { Session } from './session.js';
import { type GatewaySettings, gatewaySettings } from './settings.js';
import { encodeCommission, encodeExecution, encodeOpenOrder, encodeOrderStatus } from './wire/encode-order.js';
import { SERVER_VERSION_MAX_DEFAULT } from './wire/handshake.js';

export interface GatewayOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** A dom_ib .jsonl or .jsonl.gz file, or a folder of them. */
  readonly data: string;
  readonly speed?: Speed;
  readonly loop?: boolean;
  /** When the tape starts to run: with the gateway, or with the first subscription to its data. */
  readonly begin?: 'at-once' | 'on-subscription';
  /** Same seed, same ids. */
  readonly seed?: number;
  readonly maxServerVersion?: number;
  readonly settings?: z.input<typeof gatewaySettings>;
  readonly now?: () => number;
  readonly log?: Logger;
}

export interface Gateway {
  readonly port: number;
  readonly host: string;
  readonly contract: FutureContract;
  readonly market: Market;
  readonly synthetic: boolean;
  /** Speed 0: plays the next events of the tape. */
  step(count: number): Promise<void>;
  /** Resolves when the tape has come to its end. */
  readonly tapeEnd: Promise<void>;
  stop(): Promise<void>;
}

/** Starts a TWS-protocol gateway that replays recorded or made-up market data. @throws Failure for a taken port, BadInput for the data */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new RunningGateway(options, await openTape(options.data));
  await gateway.listen();
  return gateway;
}

class RunningGateway implements GatewayCore, Gateway {
  readonly settings: GatewaySettings;
  readonly log: Logger;
  readonly sessions = new Set<Session>();
  readonly markets = new Map<number, Market>();
  readonly history = new Map<number, BarHistory>();
  readonly catalogue: Catalogue;
  readonly ledger: Ledger;
  readonly desk: OrderDesk;
  readonly market: Market;
  readonly contract: FutureContract;
  readonly host: string;
  readonly tapeEnd: Promise<void>;
  port = 0;
  readonly #exchanges = new Map<number, Exchange>();
  readonly #player: Player;
  readonly #server: net.Server;
  #endTape!: () => void;
  #playing = false;

  constructor(
    readonly options: GatewayOptions,
    readonly tape: Tape,
  ) {
    this.settings = gatewaySettings.parse(options.settings ?? {});
    this.log = options.log ?? pino({ level: 'warn' }, pino.destination(2));
    this.host = options.host ?? '127.0.0.1';
    const contract = contractOfLocalSymbol(tape.instrument, Number(tape.firstNs / 1_000_000n));
    if (!contract)
      throw new Failure(
        'UnknownInstrument',
        `the data plays ${tape.instrument}, which is no future known here`,
        'use data of a listed CME future',
      );
    this.contract = contract;
    this.catalogue = new Catalogue(this.nowMs(), [contract]);
    this.market = new Market(contract, tape.levels, tape.synthetic);
    this.markets.set(contract.conId, this.market);
    this.ledger = new Ledger(700_000_000 + ((options.seed ?? 1) % 1000) * 1_000_000, this.settings.firstOrderId);
    for (const name of this.settings.accounts)
      this.ledger.accounts.set(
        name,
        new Account(name, this.settings.startCash, (one) => this.markets.get(one.conId)?.lastTicks),
      );
    this.desk = new OrderDesk({
      ledger: this.ledger,
      settings: this.settings,
      nowMs: this.nowMs,
      resolve: (request) => {
        const found = this.catalogue.find(request.contract);
        return found.length === 1 ? found[0] : undefined;
      },
      exchangeOf: (one) => this.#exchanges.get(one.conId),
      report: (reports) => this.#report(reports),
    });
    const exchange = new Exchange(this.market, this.settings.marketImpact, this.desk);
    this.#exchanges.set(contract.conId, exchange);
    const history = new BarHistory(this.nowMs);
    this.history.set(contract.conId, history);
    this.market.listen(history);
    this.market.listen(exchange);
    this.tapeEnd = new Promise((resolve) => {
      this.#endTape = resolve;
    });
    this.#player = new Player(tape, this.market, {
      speed: options.speed ?? 1,
      loop: options.loop ?? false,
      nowMs: this.nowMs,
      settled: () => this.#settled(),
      onEvent: () => {},
    });
    this.#server = net.createServer((socket) => this.#accept(socket));
  }

  nowMs = (): number => (this.options.now ?? Date.now)();

  get synthetic(): boolean {
    return this.tape.synthetic;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new Failure(
                'PortTaken',
                `port ${this.options.port} is taken`,
                'choose another with --port, or 0 for any free one',
              )
            : error,
        ),
      );
      this.#server.listen(this.options.port ?? 0, this.host, resolve);
    });
    this.port = (this.#server.address() as net.AddressInfo).port;
    if ((this.options.begin ?? 'at-once') === 'at-once') this.#play();
  }

  nextOrderId(clientId: number): number {
    return this.ledger.nextOrderId(clientId);
  }

  onReady(session: Session): void {
    this.log.info({ clientId: session.clientId, version: session.version }, 'client connected');
  }

  onSubscribed(): void {
    this.#play();
  }

  step(count: number): Promise<void> {
    this.#play();
    return this.#player.step(count);
  }

  async stop(): Promise<void> {
    this.#player.stop();
    for (const session of this.sessions) session.destroy('the gateway stops');
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #play(): void {
    if (this.#playing) return;
    this.#playing = true;
    this.#player.run().then(this.#endTape, (error: unknown) => {
      this.log.error({ error }, 'the tape cannot be played on');
      this.#endTape();
    });
  }

  #accept(socket: net.Socket): void {
    const { limits } = this.settings;
    this.sessions.add(
      new Session(socket, {
        serverVersionMax: this.options.maxServerVersion ?? SERVER_VERSION_MAX_DEFAULT,
        sendBufferBytesMax: limits.sendBufferBytesMax,
        handshakeMs: limits.handshakeMs,
        nowMs: this.nowMs,
        onMessage: (session, fields) => dispatch(this, session, fields),
        onClosed: (session, reason) => {
          this.sessions.delete(session);
          this.log.info({ clientId: session.clientId, reason }, 'client gone');
        },
      }),
    );
  }

  #report(reports: OrderReport[]): void {
    for (const report of reports) this.#tell(report);
    const touched = new Set(
      reports.flatMap((report) => (report.kind === 'execution' ? [report.execution.account] : [])),
    );
    for (const name of touched) publishAccount(this, this.ledger.accounts.get(name)!);
  }

  #tell(report: OrderReport): void {
    const owner = clientIdOf(report);
    for (const session of this.sessions) {
      if (session.clientId === undefined) continue;
      if (session.clientId !== owner && session.clientId !== this.settings.masterClientId) continue;
      if (report.kind === 'openOrder')
        session.send(encodeOpenOrder(session.version, report.order, report.parentId, report.preview));
      else if (report.kind === 'orderStatus') session.send(encodeOrderStatus(report.order, report.parentId));
      else if (report.kind === 'execution') session.send(encodeExecution(session.version, -1, report.execution));
      else if (report.kind === 'commission') session.send(encodeCommission(report.commission));
      else if (session.clientId === owner) session.error(report.orderId, report.code, report.text, report.rejectJson);
    }
  }

  async #settled(): Promise<void> {
    const limitBytes = this.settings.limits.sendBufferBytesMax / 4;
    for (const session of this.sessions)
      while (session.outbox.waitingBytes > limitBytes && this.sessions.has(session))
        await new Promise((resolve) => session.socket.once('drain', resolve).once('close', resolve));
  }
}
