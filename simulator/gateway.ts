import type { Logger } from 'pino';
import type { z } from 'zod';
import type { FutureContract } from './contracts/contract.js';
import type { Fault, faultAction } from './faults/fault-script.js';
import type { Market } from './market/market.js';
import type { Speed } from './market/player.js';
import type { Tape } from './market/tape.js';
import type { Ledger } from './orders/ledger.js';
import type { GatewaySettings, gatewaySettings } from './settings.js';

export interface GatewayOptions {
  /** TCP port; 0, the default, takes any free one. */
  readonly port?: number;
  /** Address to listen at, loopback by default. */
  readonly host?: string;
  /** A depth file (.jsonl or .jsonl.gz), a folder of `dom_ib*` files such as the generator's, or any other tape; or
   * several of these, one for each contract. */
  readonly data: string | Tape | readonly (string | Tape)[];
  /** Five-minute bars (CSV) that historical data of the first contract begins with. */
  readonly barsFile?: string | undefined;
  readonly speed?: Speed;
  /** Start over at the end of the tape: 317, then the book anew. */
  readonly loop?: boolean;
  /** When the tape starts to run: with the gateway, or with the first subscription to its data. */
  readonly begin?: 'at-once' | 'on-subscription';
  /** Same seed, same permIds. */
  readonly seed?: number;
  /** Newest dialect spoken, 157 to 193. */
  readonly maxServerVersion?: number;
  /** Limits, entitlements, accounts and charges that differ from the defaults. */
  readonly settings?: z.input<typeof gatewaySettings>;
  readonly faults?: readonly Fault[];
  /** Orders, fills and ids survive the process in this file. */
  readonly stateFile?: string | undefined;
  /** The gateway's clock, milliseconds since the epoch; 'tape': the time on the tape, so that runs repeat exactly. */
  readonly now?: (() => number) | 'tape';
  readonly log?: Logger;
}

/** A gateway that listens, and its control for tests and the process around it. */
export interface Gateway {
  readonly port: number;
  readonly host: string;
  /** What is played, in the order of the data. */
  readonly contracts: readonly FutureContract[];
  /** The first of them. */
  readonly contract: FutureContract;
  readonly market: Market;
  readonly synthetic: boolean;
  readonly settings: GatewaySettings;
  /** The truth about orders, fills and positions, whatever the faults made clients believe. */
  readonly ledger: Ledger;
  /** Clients whose startApi was accepted. */
  readonly clientIds: readonly number[];
  /** Resolves when the tape has come to its end. */
  readonly tapeEnd: Promise<void>;
  /** Speed 0: plays the next events of the tape. */
  step(count: number): Promise<void>;
  /** Lets one fault happen now. */
  inject(action: z.input<typeof faultAction>): void;
  stop(): Promise<void>;
}
