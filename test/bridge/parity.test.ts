import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Decision } from '../../shared/model/decision/decision.js';
import { DecisionPipeline } from '../../shared/model/decision/decision-pipeline.js';
import { encodeFloat32 } from '../../shared/model/heads/golden-rows.js';
import { loadHeadSet } from '../../shared/model/heads/load-head-set.js';
import { openDepthFile } from '../../shared/node/files/depth-jsonl.js';
import { openArchive } from '../../shared/trust/archive.js';
import { parseEnvelope } from '../../shared/trust/dsse.js';
import { releaseStatement } from '../../shared/trust/statement.js';
import { jsonLines, Rig } from './rig.js';
import { EAGER } from './toy-release.js';

/** A decision as the bridge logs it. */
const asLogged = ({ seq, tsRecvNs, outputs, spreadTicks, edgeTicks, targetContracts, reason }: Decision) => ({
  ...{ v: 1, kind: 'decision', seq, ts: String(tsRecvNs) },
  spreadTicks: Number.isNaN(spreadTicks) ? null : spreadTicks,
  ...{ edgeTicks, targetContracts, reason },
  outputs: outputs.map(({ name, features, probabilities }) => ({
    ...{ name, features: encodeFloat32(features), probabilities: encodeFloat32(probabilities) },
  })),
});

describe('live and replay', () => {
  let rig: Rig;
  afterEach(() => rig.end());

  it('come to the same decisions, bit for bit, through a swap, a book anew and a lost connection', async () => {
    rig = await Rig.start({ config: { bridge: { segmentMinutesMax: 0.02 } } });
    await rig.startBridge();
    rig.toys.arm(await rig.toys.accept(1), 0);
    await rig.until('decisions', ({ decisions }) => decisions > 20);
    rig.gateway.inject({ do: 'depthReset' });
    await rig.until('more decisions', ({ decisions }) => decisions > 40);
    rig.gateway.inject({ do: 'reset' });
    await rig.until('connected again', ({ connection, decisions }) => connection === 'ready' && decisions > 60);
    const other = { ...EAGER, meanAbsMoveTicks: { F2_dom: 7 } };
    rig.toys.arm(await rig.toys.accept(2, { ensemble: other }), rig.clock.nowMs() + 10_000);
    const swapped = await rig.until('v2', ({ modelVersion }) => modelVersion === 2);
    await rig.until('decisions of v2', ({ decisions }) => decisions > swapped.decisions + 20);
    await rig.stopBridge();

    const journal = path.join(rig.broker, 'journal');
    const log = readdirSync(journal)
      .filter((file) => file.startsWith('decisions-'))
      .flatMap((file) => jsonLines(path.join(journal, file)));
    const live = log.filter(({ kind }) => kind === 'decision');
    const replayed = await replay(rig, log);
    assert.ok(rig.captureFiles().length > 3, 'across several segments');
    assert.ok(live.length > 80);
    assert.deepEqual(replayed.map(asLogged), live, `${live.length} decisions compared`);
  });
});

/** Reads the captured segments and swaps heads where the log says so. */
async function replay(rig: Rig, log: readonly Record<string, unknown>[]): Promise<Decision[]> {
  const swaps = log.filter(({ kind }) => kind === 'heads') as { afterEventSeq: number; modelVersion: number }[];
  const pipeline = new DecisionPipeline(0.25);
  const due: (Decision | Promise<Decision>)[] = [];
  const numberOf = (file: string) => Number(/-(\d+)\.jsonl$/.exec(file)![1]);
  for (const file of rig.captureFiles().sort((a, b) => numberOf(a) - numberOf(b))) {
    const depthFile = await openDepthFile(path.join(rig.broker, 'capture', file));
    for await (const batch of depthFile.batches())
      for (let i = 0; i < batch.length; i++) {
        while (swaps.length > 0 && batch.seq[i]! > swaps[0]!.afterEventSeq)
          pipeline.swapHeads(await headsOf(rig, swaps.shift()!.modelVersion));
        const decision = pipeline.onEvent(batch, i);
        if (decision) due.push(decision);
      }
  }
  return Promise.all(due);
}

async function headsOf(rig: Rig, version: number) {
  const releases = path.join(rig.broker, 'releases');
  const envelope = parseEnvelope(readFileSync(path.join(releases, `believe-v${version}.dsse.json`)));
  const statement = releaseStatement.parse(JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8')));
  const tarball = readFileSync(path.join(releases, `believe-v${version}.tar.gz`));
  return loadHeadSet(await openArchive(tarball, statement.predicate.files));
}
