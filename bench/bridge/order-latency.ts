import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../../setup/python-environment.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { type ClockSpec, createMarketClock } from '../../shared/market/clock/market-clock.js';
import { EventKind } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import type { Gateway } from '../../simulator/gateway.js';
import { startGateway } from '../../simulator/start-gateway.js';
import type { BridgeUse } from './bridge-process.js';
import { makeBrokerHome } from './broker-home.js';
import { ACCOUNT, bridgeConfig, DEPTH_SAMPLE } from './measured-config.js';
import { RunningBridge } from './running-bridge.js';
import { StampingRelay, type Stamps } from './stamping-relay.js';
import { type ThreeHeads, TRADE_DATE, withEnsemble } from './three-heads.js';

/** Market seconds a second: the sample's 80 events a second become 2400, one decision a market second 30. */
const SPEED = 30;
/** Four passes of the sample; the heads are warm after the first minute of each. */
const LIFE_SECONDS = 36;
const ROUNDS = 4;
/** First orders of a process: code is still being compiled, on either side. */
const WARM_UP_ORDERS = 100;
const OPEN_MS = Date.parse(`${TRADE_DATE}T13:30:00Z`);
/** Market seconds after the open at which a life begins. */
const BEGIN_SECONDS = 3600;

/** One order's way: from its event's bytes leaving for the client until its own bytes came back. */
export interface OrderWay {
  readonly ms: number;
  /** Milliseconds of each stage, in order; they add up to `ms`. */
  readonly stages: Readonly<Record<string, number>>;
}

export interface OrderLatencies {
  readonly ours: readonly OrderWay[];
  readonly peer: readonly OrderWay[];
}

/** The same decisions by the bridge and by Python, in turns, each in a process of its own on the real depth sample. */
export async function measureOrderLatency(heads: ThreeHeads, log: (line: string) => void): Promise<OrderLatencies> {
  const measured = { ours: [] as OrderWay[], peer: [] as OrderWay[] };
  // A hundred contracts, one an order: as long as the target is not reached, every decision sends an order. The head of bars
  // says the same for minutes: with its weight the target would be reached, and stay.
  const files = withEnsemble(heads, (trained) => ({
    ...trained,
    weights: { ...trained.weights, F2_dom: 1, XGB_5m: 0.001 },
    policy: {
      ...{ entryEdgeTicks: 0, exitEdgeTicks: 0, feeTicks: 0, spreadShare: 0 },
      ...{ maxSpreadTicks: 50, maxPositionContracts: 100 },
    },
  }));
  for (let round = 1; round <= ROUNDS; round++) {
    const ours = await inAGateway(heads.barsFile, (scene) => bridgeLife(scene, files));
    measured.ours.push(...ours);
    const peer = await inAGateway(heads.barsFile, (scene) => pythonLife(scene, files));
    measured.peer.push(...peer);
    log(`orders ${round}/${ROUNDS}: ours ${ours.length}, Python ${peer.length}`);
  }
  return measured;
}

interface Scene {
  readonly folder: string;
  readonly clock: ClockSpec;
  readonly gateway: Gateway;
  readonly relay: StampingRelay;
}

async function inAGateway<T>(barsFile: string, live: (scene: Scene) => Promise<T>): Promise<T> {
  const clock: ClockSpec = {
    ...{ kind: 'replay', firstTradeDate: TRADE_DATE, speed: SPEED, beforeOpenSeconds: 1, afterOpenSeconds: 20_000 },
    startedAtWallMs: Date.now() - (BEGIN_SECONDS * 1000) / SPEED,
  };
  const now = createMarketClock(clock).nowMs;
  const gateway = await startGateway({
    ...{ data: DEPTH_SAMPLE, speed: SPEED, loop: true, begin: 'on-subscription', now, barsFile },
    settings: { accounts: [ACCOUNT], startCash: 1e9 },
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

async function bridgeLife({ folder, clock, relay }: Scene, files: ReadonlyMap<string, Buffer>): Promise<OrderWay[]> {
  const config = bridgeConfig(folder, relay.port);
  await makeBrokerHome(folder, files, config.instrument);
  const bridge = await RunningBridge.start({ config, clock });
  try {
    await sleep(LIFE_SECONDS * 1000);
    const { haltReason, decisionErrors } = bridge.status();
    const use = await bridge.stop();
    const stamps = await relay.stamps();
    if (haltReason !== null || decisionErrors > 0 || stamps.orders.length <= WARM_UP_ORDERS)
      throw new RangeError(
        `the bridge was to trade: ${stamps.orders.length} orders, halted: ${haltReason}, ${decisionErrors} decisions failed`,
      );
    return await latenciesOf(folder, stamps, use);
  } finally {
    bridge.kill();
  }
}

/** An order names the event it comes from by its number in the capture, and the capture holds every event. */
async function latenciesOf(home: string, stamps: Stamps, { stages }: BridgeUse): Promise<OrderWay[]> {
  const eventBySeq = new Map((await capturedSeqs(home)).map((seq, index) => [seq, index]));
  const seqByRef = intendedSeqs(home);
  const stagesByRef = new Map(stages.map((one) => [one.orderRef, one]));
  return stamps.orders.slice(WARM_UP_ORDERS).map(({ orderRef, receivedNs }) => {
    const frame = stamps.marketEvents[eventBySeq.get(seqByRef.get(orderRef)!)!]!;
    const { arrivedNs, eventNs, decidedNs, allowedNs, sentNs } = stagesByRef.get(orderRef)!;
    return wayOf(stamps.sentNs[frame]!, [
      ['to the process', arrivedNs],
      ['decode and capture', eventNs],
      ['features, heads, policy', decidedNs],
      ['what to do, risk rules', allowedNs],
      ['message to the kernel', sentNs],
      ['back', receivedNs],
    ]);
  });
}

function wayOf(beganNs: bigint, ends: readonly (readonly [string, bigint])[]): OrderWay {
  const ms = (fromNs: bigint, toNs: bigint) => Number(toNs - fromNs) / 1e6;
  const stages = ends.map(([name, endNs], at) => [name, ms(at === 0 ? beganNs : ends[at - 1]![1], endNs)]);
  return { ms: ms(beganNs, ends.at(-1)![1]), stages: Object.fromEntries(stages) };
}

async function capturedSeqs(home: string): Promise<number[]> {
  const folder = homePlaces(home).broker.capture;
  const numberOf = (file: string) => Number(/-(\d+)\.jsonl$/.exec(file)?.[1]);
  const files = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
  const seqs: number[] = [];
  for (const file of files.sort((a, b) => numberOf(a) - numberOf(b)))
    for await (const batch of (await openDepthFile(path.join(folder, file))).batches())
      for (let i = 0; i < batch.length; i++)
        if (batch.kind[i] === EventKind.depth || batch.kind[i] === EventKind.trade) seqs.push(batch.seq[i]!);
  return seqs;
}

function intendedSeqs(home: string): Map<string, number> {
  const folder = homePlaces(home).broker.journal;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const lines = files
    .filter((file) => path.basename(file).startsWith('orders-'))
    .flatMap((file) => readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as { kind: string; orderRef: string; eventSeq: number });
  return new Map(lines.filter(({ kind }) => kind === 'intent').map(({ orderRef, eventSeq }) => [orderRef, eventSeq]));
}

async function pythonLife(
  { folder, clock, gateway, relay }: Scene,
  files: ReadonlyMap<string, Buffer>,
): Promise<OrderWay[]> {
  for (const [name, bytes] of files) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), bytes);
  }
  const program = (name: string) => fileURLToPath(new URL(`../peers/ib_async_peer.${name}`, import.meta.url));
  const python = await pythonWith(program('requirements.txt'));
  const beginsSeconds = createMarketClock(clock).nowMs() / 1000;
  const words = [program('py'), relay.port, folder, SPEED, beginsSeconds, OPEN_MS / 1000].map(String);
  const peer = spawn(python, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exit = once(peer, 'exit');
  await Promise.race([sleep(LIFE_SECONDS * 1000), exit]);
  if (peer.exitCode !== null) throw new Error(`the Python peer ended with code ${peer.exitCode}`);
  peer.kill();
  await exit;
  const stamps = await relay.stamps();
  if (gateway.ledger.executions.length === 0) throw new RangeError('no order of the Python peer was filled');
  const told = JSON.parse(readFileSync(path.join(folder, 'stages.json'), 'utf8')) as string[][];
  const stagesByRef = new Map(told.map(([orderRef, ...ends]) => [orderRef!, ends.map(BigInt)]));
  return stamps.orders.slice(WARM_UP_ORDERS).map(({ orderRef, receivedNs }) => {
    // The newest market event among the messages that it had received when it decided.
    const frame = stamps.marketEvents.findLast((index) => index < Number(orderRef))!;
    const [takenNs, featuresNs, decidedNs, calledNs, placedNs] = stagesByRef.get(orderRef)! as [
      ...[bigint, bigint, bigint, bigint, bigint],
    ];
    return wayOf(stamps.sentNs[frame]!, [
      ['to the process, decoded by ib_async', takenNs],
      ['book and features', featuresNs],
      ['heads, policy', decidedNs],
      ['what to do', calledNs],
      ['placeOrder', placedNs],
      ['back', receivedNs],
    ]);
  });
}
