import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { createBrokerActivities } from '../../activities/broker/index.js';
import { createResearchActivities } from '../../activities/research/index.js';
import { LiveReleases } from '../../bridge/swap/live-release.js';
import { SwapsLog } from '../../bridge/swap/swaps-log.js';
import { loadRelease } from '../../broker/load-release.js';
import { passwordFile } from '../../broker/rsync/module-access.js';
import { encodeGateReport } from '../../research/gate/index.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { releaseLedger } from '../../research/release/build-release.js';
import { keepMeasured } from '../../research/ship/measured.js';
import { ShipFolder } from '../../research/ship/ship-folder.js';
import { signerAddress } from '../../research/signer/signer-address.js';
import { type SignerServer, serveSigner } from '../../research/signer/signer-server.js';
import { obtainRsync } from '../../setup/rsync.js';
import { instrumentConfig } from '../../shared/config/market.js';
import { armedSwap } from '../../shared/contract/armed-swap.js';
import type { SwapRecord } from '../../shared/contract/swap-record.js';
import { Failure } from '../../shared/failure.js';
import { nextRthOpen } from '../../shared/market/calendar/cme-calendar.js';
import { writeClockSpec } from '../../shared/node/clock-spec-file.js';
import { loadConfig } from '../../shared/node/config/load-config.js';
import { readLiveReleases } from '../../shared/node/contract/live-releases.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256, type SignedDecision } from '../../shared/trust/decision.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { orderNow, signOrder } from '../../shared/trust/rollback-order.js';
import { type ReleasePredicate, releaseStatement } from '../../shared/trust/statement.js';
import { swapsAtOnce } from '../../shared/trust/verify-rollback.js';
import { startDaemon } from '../release/daemon-process.js';
import { freePort } from '../release/link.js';
import { PRODUCT } from '../release/release-fixture.js';
import { library } from '../training/library.js';
import type { Cargo } from './cargo.js';
import { measuredOf } from './measured-cargo.js';
import { cargoOf, SigningTable } from './signing-table.js';

const OWN_KEY = generateSigningKey();
/** Steps that wait for the bridge or for another ship; whoever asks can wait, or not. */
const PATIENT = new Set(['awaitSwap', 'observeRelease', 'takeLane', 'awaitCaptured', 'awaitReceived']);
const PATIENCE_MS = 350;
/** A longer study: BELIEVE_RANDOM_WORLDS=100. */
const WORLDS = Number(process.env.BELIEVE_RANDOM_WORLDS ?? 5);
/** What a failure that nobody has foreseen is called. */
const UNTYPED = /^(?:\w*Error|SignerFailed)$/;
const ODD = [null, 7, '', '..', '../../x~0a1b2c3d', [], {}, { uri: '/etc/shadow' }, 'x'.repeat(5000)];

interface Market {
  readonly depth: string[];
  readonly bars: string[];
}
type Steps = Record<string, (ask: never) => Promise<unknown>>;

const choice = {
  ship: fc.nat(6),
  other: fc.nat(5),
  release: fc.nat(3),
  sighting: fc.nat(5),
  decision: fc.nat(6),
  claim: fc.boolean(),
  marketMs: fc.constantFrom(0, 1, -1, Date.parse('2025-06-03T17:00:00Z'), 8e15),
  /** A part of the ask that is left out or replaced, if any. */
  spoilt: fc.option(fc.record({ part: fc.nat(30), odd: fc.nat(ODD.length) }), { freq: 2 }),
};
const oneStep = fc.record({ ...choice, what: fc.constant('step' as const), step: fc.nat(60) });
/** The steps of a ship in their order, some of them left out: what brings a foreigner furthest. */
const oneWholeShip = fc.record({
  ...choice,
  what: fc.constant('whole ship' as const),
  left: fc.nat(0x3ff),
  healthy: fc.boolean(),
});
const bridge = fc.record({ ...choice, what: fc.constant('bridge' as const) });
const act = fc.oneof(
  { arbitrary: oneStep, weight: 6 },
  { arbitrary: oneWholeShip, weight: 3 },
  { arbitrary: bridge, weight: 1 },
);
type Choice = { [K in keyof typeof choice]: (typeof choice)[K] extends fc.Arbitrary<infer T> ? T : never };
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** A ship that may sail, brought there by its own steps in their order: what must always succeed. */
const RIGHT: Act = {
  ...{ what: 'whole ship', left: 0, healthy: true, ship: 0, other: 0, release: 0, sighting: 0, decision: 0 },
  ...{ claim: false, marketMs: 0, spoilt: null },
};
const STEPS_OF_A_SHIP = [
  'signRelease',
  'publishRelease',
  'pullRelease',
  'verifyRelease',
  'armSwap',
  'BRIDGE',
  'awaitSwap',
  'observeRelease',
  'recordLive',
  'signRollback',
] as const;

describe('a foreign worker that calls the steps at random, with all that he has seen', function () {
  this.timeout(600_000);
  let cargos: Cargo[];
  let market: Market;
  let marketFolder: string;
  let rsync: string;
  before(async () => {
    rsync = (await obtainRsync({ reach: 'loopback' })).path;
    marketFolder = mkdtempSync(path.join(os.tmpdir(), 'believe-market-'));
    const { depthFiles, barsFile } = await generateMarket({
      ...{ seed: 7, folder: marketFolder, instrument: instrumentConfig.parse({}), firstTradeDate: '2014-01-02' },
      ...{ days: 1, minutesPerDay: 2, barDays: 2, signalStrength: 1 },
    });
    market = { depth: [...depthFiles], bars: [barsFile] };
    cargos = await Promise.all([
      cargoOf('ship/1~0a1b2c3d'),
      cargoOf('ship/2~0a1b2c3d', { edge: false }),
      cargoOf('ship/3~0a1b2c3d', { edge: false }),
      cargoOf('ship/4~0a1b2c3d', { priorRelease: 'believe-v1' }),
      cargoOf('ship/5~0a1b2c3d', { edge: false, priorRelease: 'believe-v1' }),
    ]);
  });
  after(() => rmSync(marketFolder, { recursive: true, force: true }));

  it('brings into use only what was gated to pass or approved, at an open or as a rollback, and is refused in typed words', async () => {
    const seen = { signed: 0, armed: 0, live: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(act, { minLength: 10, maxLength: 30 }), async (annApproves, acts) => {
        const world = await World.begin(cargos, annApproves, { market, rsync });
        try {
          for (const one of acts) await world.have(one);
          world.requireRight();
          for (const key of ['signed', 'armed', 'live', 'refused'] as const) seen[key] += world.seen[key];
        } finally {
          await world.end();
        }
      }),
      { numRuns: WORLDS + 1, endOnFailure: true, examples: [[true, [RIGHT]]] },
    );
    process.stdout.write(`      ${JSON.stringify(seen)}\n`);
    for (const [what, times] of Object.entries(seen)) assert.ok(times > 0, `nothing was ever ${what}`);
  });
});

/** A home with the product's own steps, signer and publisher; the bridge is as much of one as decides what trades. */
class World {
  readonly home = mkdtempSync(path.join(os.tmpdir(), 'believe-steps-'));
  readonly seen = { signed: 0, armed: 0, live: 0, refused: 0 };
  private readonly table = new SigningTable(this.home);
  private readonly brokerFolder = path.join(this.home, 'broker');
  private readonly decisions: (SignedDecision | object | null)[];
  private readonly sightings: DsseEnvelope[] = [];
  private steps: Steps = {};
  private names: string[] = [];
  private signer!: SignerServer;
  private daemon!: Awaited<ReturnType<typeof startDaemon>>;

  static async begin(
    cargos: readonly Cargo[],
    annApproves: boolean,
    of: { market: Market; rsync: string },
  ): Promise<World> {
    const world = new World(cargos, annApproves);
    await world.open(of);
    return world;
  }

  private constructor(
    private readonly cargos: readonly Cargo[],
    private readonly annApproves: boolean,
  ) {
    const words = { verdict: 'approve', by: 'ann', reason: 'I say so' };
    const own = cargos.map((cargo) => this.table.approvalOf(cargo, [OWN_KEY]));
    this.decisions = [null, ...(annApproves ? [this.table.approvalOf(cargos[1]!)] : []), words, ...own];
  }

  private async open({ market, rsync }: { market: Market; rsync: string }): Promise<void> {
    const { home, brokerFolder, table } = this;
    const address = signerAddress(home);
    this.signer = await serveSigner({
      signer: table.signer,
      address,
      lock: path.join(home, 'signer', 'lock'),
      log: () => {},
    });
    const port = await freePort();
    this.daemon = await startDaemon({
      ...{ program: rsync, address: '127.0.0.1', port, hostsAllow: ['127.0.0.1'] },
      modules: [
        {
          ...{ module: 'releases', folder: table.places.moduleFolder },
          passwordFile: passwordFile(brokerFolder, 'releases'),
        },
      ],
      stateFolder: path.join(home, 'rsync'),
    });
    const clockFile = path.join(home, 'market-clock.json');
    writeClockSpec(clockFile, { kind: 'real' });
    const config = { ...loadConfig({ env: {} }), home, input: { kind: 'files' as const, ...market, synthetic: true } };
    const code = { codeCommit: 'c0ffee', lockfileSha256: '0'.repeat(64) };
    const research = createResearchActivities({ config, library, ...code, isOpen: async () => false });
    const reach = { path: rsync, host: '127.0.0.1', port, bwlimitKiBps: null };
    const broker = createBrokerActivities({
      ...{ brokerFolder, clockFile, product: PRODUCT, instrument: () => 'ESZ5', upload: config.upload, rsync: reach },
    });
    this.steps = { ...research, ...broker } as Steps;
    this.names = Object.keys(this.steps);
    for (const cargo of this.cargos) await this.lay(cargo);
  }

  /** The ship as it is when its gate has spoken. */
  private async lay(cargo: Cargo): Promise<void> {
    const { shipId, files, report, card } = cargo;
    await this.call('openShip', { shipId, request: {} });
    const folder = new ShipFolder(path.join(this.home, 'research'), shipId);
    for (const [name, bytes] of files) folder.write(`candidate/${name}`, bytes);
    for (const measured of measuredOf(cargo)) keepMeasured(this.home, folder, measured);
    folder.write('gate-report.json', encodeGateReport(report).bytes);
    folder.write('model-card.json', JSON.stringify(card));
    folder.write('model-card.html', '<html></html>');
  }

  async end(): Promise<void> {
    await this.signer.close();
    await this.daemon.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  async have(one: Act): Promise<void> {
    switch (one.what) {
      case 'bridge':
        return await this.swap();
      case 'step': {
        const name = this.names[one.step % this.names.length]!;
        return void (await this.call(name, this.askOf(name, one)));
      }
      case 'whole ship':
        return await this.wholeShip(one);
    }
  }

  private async wholeShip(one: Act & { what: 'whole ship' }): Promise<void> {
    const shipId = this.shipOf(one);
    for (const [at, name] of STEPS_OF_A_SHIP.entries()) {
      if (((one.left >> at) & 1) === 1 && one.left % 3 === 0) continue;
      if (name === 'BRIDGE') await this.swap();
      else if (name !== 'signRollback' || !one.healthy) {
        const of = this.releases().find(({ releaseId }) => releaseId.startsWith(shipId)) ?? this.releaseOf(one);
        await this.call(
          name,
          { ...this.askOf(name, { ...one, spoilt: null }), ...this.named(of, shipId) },
          one.healthy,
        );
      }
    }
  }

  /** Has a step done, as whoever holds Temporal can; what was not foreseen is a defect. */
  private async call(name: string, ask: unknown, healthy = true): Promise<void> {
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const patience = PATIENT.has(name) ? setTimeout(() => environment.cancel('CANCELLED'), PATIENCE_MS) : undefined;
    const status = name === 'observeRelease' ? setInterval(() => this.tellStatus(healthy), 40) : undefined;
    try {
      const done = await environment.run(this.steps[name] as (ask: unknown) => Promise<unknown>, ask);
      const { sighting } = (done ?? {}) as { sighting?: DsseEnvelope };
      if (sighting) this.sightings.push(sighting);
      if (name === 'signRelease') this.seen.signed++;
      if (name === 'armSwap') this.seen.armed++;
    } catch (error) {
      if ((error as Error).name === 'CancelledFailure') return;
      const said = `${name} ${JSON.stringify(ask)}: ${(error as Error).stack}`;
      assert.ok(error instanceof ApplicationFailure, said);
      assert.ok(error.type && !UNTYPED.test(error.type), `${error.type}: ${said}`);
      this.seen.refused++;
    } finally {
      clearTimeout(patience);
      clearInterval(status);
    }
    this.requireRight();
  }

  /** Every part that any step is asked; numbers choose among what he has seen or made so far. */
  private askOf(name: string, one: Choice): Record<string, unknown> {
    const shipId = this.shipOf(one);
    const release = this.releaseOf(one);
    const reference = this.referenceOf(one);
    const samples = { head: 'F2_dom', samples: reference };
    const decision = this.decisions[one.decision % this.decisions.length];
    const gate = { verdict: 'pass', reasons: [], report: reference, card: { json: reference, html: reference } };
    const ask: Record<string, unknown> = {
      ...this.named(release, shipId),
      ...{
        backtestId: shipId,
        request: {},
        trainingSet: { merkleRoot: '0'.repeat(64), shards: 1, manifest: reference },
      },
      samples: name === 'planGate' ? [samples] : samples,
      heads: one.claim ? [] : [{ head: 'F2_dom', onnx: reference }],
      plan: { priorVersion: one.claim ? null : 1, plan: reference, folds: [], problems: [] },
      order: this.ownOrder(one),
      ...{ fold: one.other, scores: [], candidate: { manifest: reference }, gate, decision },
      ...{ release: { ...release, rollbackOf: {} }, faulty: release, reasons: ['x'], reason: 'I say so' },
      sighting: this.sightings[one.sighting % Math.max(1, this.sightings.length)] ?? this.ownSighting(one),
      ...{ heldForMs: 1, notBeforeMarketMs: one.marketMs, marketSeconds: 0, tradeDate: '2014-01-02', days: [] },
    };
    if (!one.spoilt) return ask;
    const part = Object.keys(ask)[one.spoilt.part % Object.keys(ask).length]!;
    const { [part]: _left, ...rest } = ask;
    return one.spoilt.odd === ODD.length ? rest : { ...rest, [part]: ODD[one.spoilt.odd] };
  }

  private shipOf({ ship }: Choice): string {
    return this.cargos[ship]?.shipId ?? (ship === 5 ? 'ship/none~0a1b2c3d' : 'ship/1~0a1b2c3d/rollback~0a1b2c3d');
  }

  private releaseOf({ release }: Choice) {
    const all = this.releases();
    return all[release % Math.max(1, all.length)];
  }

  private releases() {
    return releaseLedger(this.table.places.releasesFolder).list();
  }

  /** A release by its numbers, for a ship that need not be its own. */
  private named(release: ReturnType<World['releases']>[number] | undefined, shipId: string) {
    const { modelVersion, counter, payloadSha256 } = release ?? { modelVersion: 1, counter: 1, payloadSha256: null };
    const names = { tarball: `believe-v${modelVersion}.tar.gz`, envelope: `believe-v${modelVersion}.dsse.json` };
    const named = { modelVersion, counter, payloadSha256: payloadSha256 ?? '5'.repeat(64), ...names };
    return { shipId, ...named, release: named };
  }

  /** To a file of some ship, right or with other bytes in mind. */
  private referenceOf({ other, claim }: Choice) {
    const { shipId, report } = this.cargos[other % this.cargos.length]!;
    const { bytes, sha256 } = encodeGateReport(report);
    const uri = new ShipFolder(path.join(this.home, 'research'), shipId).file('gate-report.json');
    return { uri, sha256: claim ? sha256 : '7'.repeat(64), bytes: bytes.length };
  }

  private ownSighting(one: Choice): DsseEnvelope {
    const { shipId, modelVersion, counter, payloadSha256 } = this.named(this.releaseOf(one), this.shipOf(one));
    const told = { modelVersion, counter, payloadSha256, tarballFile: '', envelopeFile: '' };
    return this.table.sightingOf(told, shipId, { healthy: one.claim }, [OWN_KEY]);
  }

  private ownOrder(one: Choice): DsseEnvelope {
    const { modelVersion, payloadSha256 } = this.named(this.releaseOf(one), this.shipOf(one));
    const to = { modelVersion, payloadSha256, archiveSha256: '7'.repeat(64) };
    const live = { modelVersion, payloadSha256 };
    return signOrder(orderNow({ live, to, by: 'ann', reason: 'I say so', nowMs: Date.now() }), [OWN_KEY]);
  }

  /** What is armed is loaded as the bridge loads it, and kept as live, as if its time had come. */
  private async swap(): Promise<void> {
    const file = path.join(this.brokerFolder, 'armed', 'swap.json');
    if (!existsSync(file)) return;
    const armed = armedSwap.parse(JSON.parse(readFileSync(file, 'utf8')));
    rmSync(file);
    const { brokerFolder } = this;
    const { tarball, envelope, shipId, modelVersion, counter, payloadSha256 } = armed;
    const expected = { modelVersion, counter, payloadSha256, product: PRODUCT };
    const loaded = await loadRelease({ brokerFolder, tarball, envelope, nowMs: Date.now(), expected }).catch(
      refusalOnly,
    );
    if (!loaded) return;
    const log = SwapsLog.open(path.join(brokerFolder, 'swaps.jsonl'));
    try {
      if (log.has(armed)) return;
      const now = new Date().toISOString();
      const swap: SwapRecord = {
        ...{
          v: 1 as const,
          shipId,
          outcome: 'swapped' as const,
          marketTime: now,
          wallTime: now,
          modelVersion,
          counter,
          payloadSha256,
        },
        ...{ priorModelVersion: null, heads: [], goldenRowsChecked: 1, afterEventSeq: 0 },
      };
      new LiveReleases(brokerFolder).keep(loaded.predicate.epoch, swap);
      log.append(swap);
      this.seen.live++;
    } finally {
      log.close();
    }
    this.requireRight();
  }

  private tellStatus(healthy: boolean): void {
    const live = readLiveReleases(this.brokerFolder).at(-1)?.swap;
    const now = new Date().toISOString();
    const status = {
      ...{ v: 1, pid: 10, startedAt: now, wallTime: now, marketTime: now, connection: 'ready', trading: 'armed' },
      ...{ haltReason: null, modelVersion: live?.modelVersion ?? null, counter: live?.counter ?? null },
      ...{ shipId: live?.shipId ?? null, eventsSeen: 100, lastEventSeq: 100, lastEventMarketTime: null, decisions: 5 },
      ...{ decisionErrors: healthy ? 0 : 1, ordersSent: 0, fills: 0, positionContracts: 0 },
      ...{ decisionLatencyMsP50: 1, decisionLatencyMsP99: 2 },
    };
    replaceFile(path.join(this.brokerFolder, 'status.json'), JSON.stringify(status));
  }

  /** Whatever was signed, accepted, armed or swapped to was gated to pass or let go, and is armed for its time. */
  requireRight(): void {
    for (const folder of [this.table.places.releasesFolder, path.join(this.brokerFolder, 'releases')])
      for (const file of existsSync(folder) ? readdirSync(folder) : [])
        if (file.endsWith('.dsse.json')) this.requireLetGo(predicateIn(path.join(folder, file)));
    for (const { swap } of readLiveReleases(this.brokerFolder))
      this.requireLetGo(
        predicateIn(path.join(this.brokerFolder, 'releases', `believe-v${swap.modelVersion}.dsse.json`)),
      );
    const file = path.join(this.brokerFolder, 'armed', 'swap.json');
    if (!existsSync(file)) return;
    const { envelope, notBeforeMarketMs: at } = armedSwap.parse(JSON.parse(readFileSync(file, 'utf8')));
    const armed = predicateIn(path.join(this.brokerFolder, 'releases', envelope));
    assert.ok(swapsAtOnce(armed) || isOpen(at), `armed for ${at}, which is no open`);
    assert.equal(armed.rollbackOf?.order, undefined, 'nobody has ordered a rollback');
  }

  private requireLetGo({ files, gateReportSha256, shipId }: ReleasePredicate): void {
    const cargo = this.cargos.find((one) => candidateSha256(describeFiles(one.files)) === candidateSha256(files));
    assert.ok(cargo, `${shipId}: a candidate that no gate has seen`);
    assert.equal(gateReportSha256, cargo.card.gateReportSha256, 'the report is about these files');
    const isApproved = this.annApproves && cargo === this.cargos[1];
    assert.ok(cargo.report.verdict.verdict === 'pass' || isApproved, `${cargo.shipId} was held`);
  }
}

function isOpen(marketMs: number): boolean {
  try {
    return nextRthOpen(marketMs - 1).rthOpenMs === marketMs;
  } catch (error) {
    refusalOnly(error);
    return false;
  }
}

function refusalOnly(error: unknown): null {
  if (error instanceof Failure) return null;
  throw error;
}

function predicateIn(envelope: string): ReleasePredicate {
  const { payload } = JSON.parse(readFileSync(envelope, 'utf8')) as { payload: string };
  return releaseStatement.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))).predicate;
}
