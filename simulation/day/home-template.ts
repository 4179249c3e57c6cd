import path from 'node:path';
import type { ArmedSwap } from '../../shared/contract/armed-swap.js';
import { featureSchemaJson } from '../../shared/market/features/schema.js';
import { encodeFloat32 } from '../../shared/model/heads/golden-rows.js';
import type { ReleaseProduct } from '../../shared/trust/product.js';
import { EAGER, ToyBroker } from '../../test/bridge/toy-release.js';
import { DISK_ROOT } from '../world/virtual-disk.js';
import { enterWorld, World } from '../world/world.js';

export const HOME = path.join(DISK_ROOT, 'home');
export const BROKER = path.join(HOME, 'broker');

export type Armable = Omit<ArmedSwap, 'notBeforeMarketMs'>;

/** A release, and the broker folder as it is once the release was accepted. */
export interface AcceptedRelease {
  readonly armable: Armable;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** In the order of their counters: follows the imbalance, goes against it, cannot be loaded. */
export type HomeTemplate = readonly AcceptedRelease[];

/** Softmax weights of [down, flat, up] for the two imbalances. */
const FOLLOWING = [
  [-2, 0, 2],
  [-1, 0, 1],
];
const OPPOSING = FOLLOWING.map((line) => [...line].reverse());
const INPUTS = new Float32Array([0.5, 0.1, -0.5, 0.2, 0, 0]);

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function releaseFiles(weights: readonly number[][], contracts: number, isBroken: boolean): Map<string, Buffer> {
  const head = {
    name: 'F2_dom',
    features: ['imbalance_1', 'imbalance_top5'],
    classes: 3,
    horizonMs: 10_000,
    flatTicks: 0.5,
  };
  const outputs = new Float32Array(9);
  for (let row = 0; row < 3; row++) {
    const scores = [0, 1, 2].map((c) => weights[0]![c]! * INPUTS[2 * row]! + weights[1]![c]! * INPUTS[2 * row + 1]!);
    const highest = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - highest));
    const total = powers.reduce((sum, power) => sum + power, 0);
    for (const [c, power] of powers.entries()) outputs[3 * row + c] = power / total;
  }
  if (isBroken) outputs[4]! += 0.01;
  const shape = { rows: 3, columns: 2, classes: 3 } as const;
  const golden = {
    v: 1,
    heads: { F2_dom: { ...shape, inputs: encodeFloat32(INPUTS), outputs: encodeFloat32(outputs) } },
  };
  return new Map([
    ['ensemble.json', json({ ...EAGER, policy: { ...EAGER.policy, maxPositionContracts: contracts } })],
    ['feature-schema.json', Buffer.from(featureSchemaJson)],
    ['gate-report.json', json({ verdict: { verdict: 'pass' } })],
    ['golden.json', json(golden)],
    ['heads/F2_dom.json', json(head)],
    ['heads/F2_dom.onnx', json(weights)],
  ]);
}

const templates = new Map<string, HomeTemplate>();

/** Builds, signs and accepts the releases, in a world of its own. To be called outside of microtasks. */
export function homeTemplate(product: ReleaseProduct, contracts: number, wallMs: number): HomeTemplate {
  const key = `${product.symbol}/${contracts}/${wallMs}`;
  const known = templates.get(key);
  if (known) return known;
  const world = new World(1, wallMs - 86_400_000);
  enterWorld(world);
  let template: HomeTemplate | undefined;
  let failure: unknown;
  world.schedule(0, world.outside, 'workshop', () => {
    buildAll(world, product, contracts).then(
      (built) => {
        template = built;
      },
      (error: unknown) => {
        failure = error;
      },
    );
  });
  while (!template && failure === undefined && world.step());
  enterWorld(null);
  if (!template) throw failure;
  templates.set(key, template);
  return template;
}

async function buildAll(world: World, product: ReleaseProduct, contracts: number): Promise<HomeTemplate> {
  const broker = new ToyBroker(BROKER);
  const accepted: AcceptedRelease[] = [];
  for (const [index, weights] of [FOLLOWING, OPPOSING, FOLLOWING].entries()) {
    const files = releaseFiles(weights, contracts, index === 2);
    const armable = await broker.accept(index + 1, { files, product, lifetimeMs: 30 * 86_400_000 });
    accepted.push({ armable, files: filesBelow(world, BROKER) });
  }
  return accepted;
}

function filesBelow(world: World, folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [name, node] of world.disk.list(folder)) {
    const full = path.join(folder, name);
    if (node.kind === 'file') files.set(full, Buffer.from(node.contents()));
    else for (const [file, bytes] of filesBelow(world, full)) files.set(file, bytes);
  }
  return files;
}
