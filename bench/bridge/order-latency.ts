import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { homePlaces } from '../../shared/config/home-places.js';
import { EventKind } from '../../shared/market/events/event-batch.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import type { BridgeUse } from './bridge-process.js';
import { makeBrokerHome } from './broker-home.js';
import { bridgeConfig } from './measured-config.js';
import { inAGateway, LIFE_SECONDS, type Scene } from './order-scene.js';
import { type OrderWay, WARM_UP_ORDERS, wayOf } from './order-way.js';
import { IB_ASYNC, NAUTILUS, pythonLife } from './python-life.js';
import { RunningBridge } from './running-bridge.js';
import type { Stamps } from './stamping-relay.js';
import { type ThreeHeads, withEnsemble } from './three-heads.js';

const ROUNDS = 4;
/** Between two lives: what the kernel has to do about a process that has ended takes time from nobody. */
const REST_MS = 8000;

export interface OrderLatencies {
  readonly ours: readonly OrderWay[];
  readonly ibAsync: readonly OrderWay[];
  readonly nautilus: readonly OrderWay[];
}

/** The same decisions by the bridge and by two peers in Python, in turns, each in a process of its own on the real sample. */
export async function measureOrderLatency(heads: ThreeHeads, log: (line: string) => void): Promise<OrderLatencies> {
  const measured = { ours: [] as OrderWay[], ibAsync: [] as OrderWay[], nautilus: [] as OrderWay[] };
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
  const lives = {
    ours: (scene: Scene) => bridgeLife(scene, files),
    ibAsync: (scene: Scene) => pythonLife(scene, files, IB_ASYNC),
    nautilus: (scene: Scene) => pythonLife(scene, files, NAUTILUS),
  };
  for (let round = 1; round <= ROUNDS; round++)
    for (const who of ['ours', 'ibAsync', 'nautilus'] as const) {
      await sleep(REST_MS);
      const ways = await inAGateway(heads.barsFile, lives[who]);
      measured[who].push(...ways);
      log(`orders ${round}/${ROUNDS}: ${who} ${ways.length}`);
    }
  return measured;
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
