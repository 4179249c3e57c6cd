import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../shared/failure.js';
import type { GatewayAddress } from './ib-api.js';
import { GatewaySession, portMoved, type SessionTimeouts, type SystemMessage } from './session.js';

export type ConnectionState = 'connecting' | 'connected' | 'reconciling' | 'ready' | 'down';

export interface ConnectionDeps {
  readonly address: GatewayAddress;
  readonly timeouts: SessionTimeouts;
  readonly backoff: { readonly firstMs: number; readonly lastMs: number };
  /**
   * Reconciles orders and positions, and only then subscribes (where asked) and lets trading go on.
   * @throws when that is not possible: the connection is then given up and tried again
   */
  readonly prepare: (session: GatewaySession, ask: { readonly resubscribe: boolean }) => Promise<void>;
  /** Nothing may be sent from here on until `prepare` has been done again; the reason is in plain words. */
  readonly onLost: (reason: string) => void;
  readonly onSystem: (message: SystemMessage) => void;
  readonly onState: (state: ConnectionState, detail: string | null) => void;
  /** Why an attempt failed; typed, see GatewaySession.open. */
  readonly onFailedAttempt: (failure: Failure) => void;
}

/** Keeps one connection to the gateway for as long as the bridge runs, each by the same steps in the same order. */
export class ConnectionKeeper {
  private readonly stopping = new AbortController();
  private session: GatewaySession | undefined;
  private loop: Promise<void> = Promise.resolve();
  private address: GatewayAddress;
  private link: LinkToIb | undefined;
  private now: ConnectionState = 'connecting';

  constructor(private readonly deps: ConnectionDeps) {
    this.address = deps.address;
  }

  start(): void {
    this.loop = this.run();
  }

  /** The connection, once it is reconciled and while it is. */
  get readySession(): GatewaySession | undefined {
    return this.now === 'ready' ? this.session : undefined;
  }

  get state(): ConnectionState {
    return this.now;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.session?.close('the bridge stops');
    await this.loop.finally(() => {
      this.now = 'down';
    });
  }

  /** Reconciles on the present connection, where there is one: something the gateway said does not fit. */
  reconcile(): void {
    this.link?.prepareAgain(false);
  }

  private async run(): Promise<void> {
    let waitMs = this.deps.backoff.firstMs;
    while (!this.stopping.signal.aborted) {
      const wasReady = await this.oneConnection();
      waitMs = wasReady ? this.deps.backoff.firstMs : Math.min(waitMs * 2, this.deps.backoff.lastMs);
      await sleep(waitMs, undefined, { signal: this.stopping.signal }).catch(() => {});
    }
  }

  /** @returns whether it came as far as ready */
  private async oneConnection(): Promise<boolean> {
    let wasReady = false;
    this.become('connecting', null);
    try {
      const session = await GatewaySession.open(this.address, this.deps.timeouts);
      this.session = session;
      if (this.stopping.signal.aborted) session.close('the bridge stops');
      await this.serve(session, () => {
        wasReady = true;
      });
    } catch (error) {
      this.session?.close('reconnecting');
      this.attemptFailed(error);
    }
    this.session = undefined;
    this.link = undefined;
    return wasReady;
  }

  /** From the handshake to the end of the socket, through every loss of the gateway's own link to IB. */
  private async serve(session: GatewaySession, onReady: () => void): Promise<void> {
    const link = new LinkToIb();
    this.link = link;
    this.become('connected', null);
    session.onSystem = (message) => {
      this.deps.onSystem(message);
      if (message.meaning === 'ib-lost') {
        link.lose();
        this.become('down', message.text);
        this.deps.onLost(`the gateway lost its link to IB (${message.code})`);
      } else if (message.meaning === 'restored-data-lost' || message.meaning === 'restored-data-kept') {
        // Even where IB kept the subscriptions, events were missed: only a fresh book is to be trusted.
        link.restore();
      } else if (message.meaning === 'port-moved') {
        this.attemptFailed(portMoved(`${this.address.host}:${this.address.port}`, message.text));
        session.close(message.text);
      }
    };
    let over = false;
    session.closed.then((reason) => {
      over = true;
      this.become('down', reason);
      this.deps.onLost(reason);
      link.wake();
    });
    while (!over) {
      const ask = link.takeAsk();
      if (ask) {
        this.become('reconciling', null);
        await this.deps.prepare(session, ask);
        if (over || link.isLost || link.hasAsk) continue;
        this.become('ready', null);
        onReady();
      }
      if (!over && !link.hasAsk) await link.changed();
    }
  }

  private become(state: ConnectionState, detail: string | null): void {
    this.now = state;
    this.deps.onState(state, detail);
  }

  private attemptFailed(error: unknown): void {
    const failure =
      error instanceof Failure
        ? error
        : new Failure('ConnectionDefect', error instanceof Error ? error.message : String(error));
    const { port } = failure.details;
    if (failure.type === 'PortMoved' && typeof port === 'number' && port > 0) this.address = { ...this.address, port };
    this.become('down', failure.message);
    this.deps.onFailedAttempt(failure);
  }
}

/** The gateway's own link to IB, as codes 1100, 1101 and 1102 tell it. A fresh connection starts with all to prepare. */
class LinkToIb {
  private lost = false;
  private ask: { resubscribe: boolean } | null = { resubscribe: true };
  private notify: () => void = () => {};

  get isLost(): boolean {
    return this.lost;
  }
  get hasAsk(): boolean {
    return this.ask !== null && !this.lost;
  }

  lose(): void {
    this.lost = true;
  }

  restore(): void {
    this.lost = false;
    this.prepareAgain(true);
  }

  prepareAgain(resubscribe: boolean): void {
    this.ask = { resubscribe: resubscribe || (this.ask?.resubscribe ?? false) };
    this.wake();
  }

  takeAsk(): { readonly resubscribe: boolean } | null {
    if (!this.hasAsk) return null;
    const { ask } = this;
    this.ask = null;
    return ask;
  }

  wake(): void {
    this.notify();
  }

  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.notify = resolve;
    });
  }
}
