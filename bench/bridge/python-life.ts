import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../../setup/python-environment.js';
import { createMarketClock } from '../../shared/market/clock/market-clock.js';
import { ACCOUNT } from './measured-config.js';
import { LIFE_SECONDS, OPEN_MS, type Scene, SPEED } from './order-scene.js';
import { type OrderWay, WARM_UP_ORDERS, wayOf } from './order-way.js';

interface PythonPeer {
  readonly name: string;
  /** In `bench/peers`, with `.py` and `.requirements.txt`. */
  readonly file: string;
  /** What it is told after what every peer is told. */
  readonly words: readonly string[];
  /** Of its `stages.json`, in order. */
  readonly stages: readonly string[];
}

const DECISION_STAGES = ['book and features', 'heads, policy', 'what to do'] as const;

export const IB_ASYNC: PythonPeer = {
  ...{ name: 'ib_async', file: 'ib_async_peer', words: [] },
  stages: ['to the process, decoded by ib_async', ...DECISION_STAGES, 'placeOrder'],
};

export const NAUTILUS: PythonPeer = {
  ...{ name: 'NautilusTrader', file: 'nautilus_ib_peer', words: [ACCOUNT] },
  stages: ['to the process, through the node', ...DECISION_STAGES, 'submit_order to placeOrder, through the node'],
};

/** One life of a peer in Python, with these heads. @throws where it ends too early, or no order of it is filled */
export async function pythonLife(
  { folder, clock, gateway, relay }: Scene,
  files: ReadonlyMap<string, Buffer>,
  { file, name, stages, words }: PythonPeer,
): Promise<OrderWay[]> {
  for (const [place, bytes] of files) {
    mkdirSync(path.dirname(path.join(folder, place)), { recursive: true });
    writeFileSync(path.join(folder, place), bytes);
  }
  const program = (kind: string) => fileURLToPath(new URL(`../peers/${file}.${kind}`, import.meta.url));
  const python = await pythonWith(program('requirements.txt'));
  const beginsSeconds = createMarketClock(clock).nowMs() / 1000;
  const said = [program('py'), relay.port, folder, SPEED, beginsSeconds, OPEN_MS / 1000, ...words].map(String);
  const peer = spawn(python, said, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  const exit = once(peer, 'exit');
  await Promise.race([sleep(LIFE_SECONDS * 1000), exit]);
  if (peer.exitCode !== null) throw new Error(`the peer ${name} ended with code ${peer.exitCode}`);
  peer.kill();
  await exit;
  const stamps = await relay.stamps();
  if (gateway.ledger.executions.length === 0) throw new RangeError(`no order of the peer ${name} was filled`);
  const told = JSON.parse(readFileSync(path.join(folder, 'stages.json'), 'utf8')) as string[][];
  const stagesByRef = new Map(told.map(([orderRef, ...ends]) => [orderRef!, ends.map(BigInt)]));
  return stamps.orders.slice(WARM_UP_ORDERS).map((order) => {
    const [number] = order.orderRef.split(':') as [string];
    // The newest market event among the messages that it had received when it decided.
    const frame = stamps.marketEvents.findLast((index) => index < Number(number))!;
    const endsNs = [...stagesByRef.get(number)!, order.receivedNs];
    return wayOf(
      stamps.sentNs[frame]!,
      [...stages, 'back'].map((stage, at) => [stage, endsNs[at]!] as const),
    );
  });
}
