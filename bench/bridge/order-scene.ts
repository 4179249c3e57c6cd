import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ClockSpec, createMarketClock } from '../../shared/market/clock/market-clock.js';
import type { Gateway } from '../../simulator/gateway.js';
import { startGateway } from '../../simulator/start-gateway.js';
import { ACCOUNT, DEPTH_SAMPLE } from './measured-config.js';
import { StampingRelay } from './stamping-relay.js';
import { TRADE_DATE } from './three-heads.js';

/** Market seconds a second: the sample's 80 events a second become 2400, one decision a market second 30. */
export const SPEED = 30;
/** Four passes of the sample; the heads are warm after the first minute of each. */
export const LIFE_SECONDS = 36;
export const OPEN_MS = Date.parse(`${TRADE_DATE}T13:30:00Z`);
/** Market seconds after the open at which a life begins. */
const BEGIN_SECONDS = 3600;
/** More than a gateway takes: thirty decisions a second are sixty messages of a client that asks for an id with each order. */
const MESSAGES_PER_SECOND = 1000;

/** Where one life is measured: a gateway that plays the sample, and a relay before it. */
export interface Scene {
  readonly folder: string;
  readonly clock: ClockSpec;
  readonly gateway: Gateway;
  readonly relay: StampingRelay;
}

/** A scene of its own for one life; nothing of it is left afterwards. */
export async function inAGateway<T>(barsFile: string, live: (scene: Scene) => Promise<T>): Promise<T> {
  const clock: ClockSpec = {
    ...{ kind: 'replay', firstTradeDate: TRADE_DATE, speed: SPEED, beforeOpenSeconds: 1, afterOpenSeconds: 20_000 },
    startedAtWallMs: Date.now() - (BEGIN_SECONDS * 1000) / SPEED,
  };
  const now = createMarketClock(clock).nowMs;
  const gateway = await startGateway({
    ...{ data: DEPTH_SAMPLE, speed: SPEED, loop: true, begin: 'on-subscription', now, barsFile },
    settings: { accounts: [ACCOUNT], startCash: 1e9, limits: { messagesPerSecond: MESSAGES_PER_SECOND } },
  });
  const relay = await StampingRelay.start(gateway.port);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'believe-bench-'));
  try {
    return await live({ folder, clock, gateway, relay });
  } finally {
    await gateway.stop();
    await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
