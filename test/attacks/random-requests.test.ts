import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { armSwap } from '../../activities/broker/swap-handover.js';
import { acceptRelease } from '../../broker/accept-release.js';
import { releaseLedger } from '../../research/release/build-release.js';
import type { SignerRequest } from '../../research/signer/messages.js';
import { armedSwap } from '../../shared/contract/armed-swap.js';
import { Failure } from '../../shared/failure.js';
import { nextRthOpen } from '../../shared/market/calendar/cme-calendar.js';
import { describeFiles } from '../../shared/trust/archive.js';
import { candidateSha256, type SignedDecision } from '../../shared/trust/decision.js';
import { generateSigningKey } from '../../shared/trust/ed25519-key.js';
import { releaseStatement } from '../../shared/trust/statement.js';
import { swapsAtOnce } from '../../shared/trust/verify-rollback.js';
import { PRODUCT } from '../release/release-fixture.js';
import type { Cargo } from './cargo.js';
import { cardOf, cargoOf, SigningTable } from './signing-table.js';

const OWN_KEY = generateSigningKey();
/** A longer study: BELIEVE_RANDOM_WORLDS=100. */
const WORLDS = Number(process.env.BELIEVE_RANDOM_WORLDS ?? 25);
const MARKET_MS = Date.parse('2025-06-03T17:00:00Z');

/** One act of the foreigner: numbers choose among what he has seen or made so far. */
const act = fc.record({
  what: fc.constantFrom(
    'sign',
    'sign',
    'sign',
    'signed',
    'rollback',
    'publish',
    'live',
    'revoke',
    'accept',
    'arm',
    'arm',
    'arm',
    'watch',
  ),
  ship: fc.nat(4),
  files: fc.nat(4),
  report: fc.nat(4),
  card: fc.nat(5),
  decision: fc.nat(6),
  claimPass: fc.boolean(),
  consistent: fc.boolean(),
  release: fc.nat(3),
  sighting: fc.nat(7),
  notBeforeMs: fc.constantFrom(0, MARKET_MS - 1, MARKET_MS + 60_000, MARKET_MS + 86_400_000 * 3),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** What may be signed and armed, so that the property always says something. */
const right: Omit<Act, 'what'> = {
  ...{ ship: 0, files: 0, report: 0, card: 0, decision: 0, claimPass: true, consistent: true, release: 0, sighting: 0 },
  notBeforeMs: MARKET_MS + 60_000,
};
const RIGHT: Act[] = [
  { what: 'sign', ...right },
  { what: 'arm', ...right },
];

describe('a foreigner who asks signer and broker at random, with all that he has seen', function () {
  this.timeout(240_000);
  let cargos: Cargo[];
  before(async () => {
    cargos = await Promise.all([
      cargoOf('ship/1~0a1b2c3d'),
      cargoOf('ship/2~0a1b2c3d', { edge: false }),
      cargoOf('ship/3~0a1b2c3d'),
      cargoOf('ship/4~0a1b2c3d', { priorRelease: 'believe-v1' }),
      cargoOf('ship/5~0a1b2c3d', { edge: false, priorRelease: 'believe-v1' }),
    ]);
  });

  it('never gets armed what was neither gated to pass nor approved, nor for another time than an open or a rollback', async () => {
    let armedOnes = 0;
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(act, { minLength: 5, maxLength: 40 }), async (annApproves, acts) => {
        const world = new World(cargos, annApproves);
        try {
          for (const one of acts) await world.have(one);
          armedOnes += world.armed;
        } finally {
          world.close();
        }
      }),
      { numRuns: WORLDS + 1, examples: [[false, RIGHT]] },
    );
    assert.ok(armedOnes > 0, 'the property says nothing where nothing is ever armed');
    process.stdout.write(`      ${armedOnes} releases were armed\n`);
  });
});

class World {
  readonly home = mkdtempSync(path.join(os.tmpdir(), 'believe-random-'));
  readonly table = new SigningTable(this.home);
  readonly brokerFolder = path.join(this.home, 'broker');
  armed = 0;
  private readonly decisions: (SignedDecision | null)[];
  private readonly sightings: ReturnType<SigningTable['sightingOf']>[] = [];

  /** Ann has approved the first held ship, or nothing; the foreigner knows all that was ever signed. */
  constructor(
    private readonly cargos: readonly Cargo[],
    private readonly annApproves: boolean,
  ) {
    const held = cargos[1]!;
    const foreign = cargos.map((cargo) => this.table.approvalOf(cargo, [OWN_KEY]));
    this.decisions = [null, ...(annApproves ? [this.table.approvalOf(held)] : []), ...foreign];
  }

  close(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Refusals are what is expected most of the time; anything else that is thrown is a defect. */
  async have(one: Act): Promise<void> {
    try {
      await this.attempt(one);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }

  private async attempt(one: Act): Promise<void> {
    const release = this.releases()[one.release % Math.max(1, this.releases().length)];
    const sighting = this.sightings[one.sighting % Math.max(1, this.sightings.length)];
    const ask = (request: SignerRequest) => this.table.signer.answer(request);
    const shipId = this.cargos[one.ship]!.shipId;
    switch (one.what) {
      case 'sign':
        return void (await ask({ do: 'sign', dossier: this.dossierOf(one) }));
      case 'signed':
        return void (await ask({ do: 'signed', shipId }));
      case 'revoke':
        return void (await ask({ do: 'revoke', shipId, reason: 'I say so' }));
      case 'publish':
        return void (release?.payloadSha256 && (await ask({ do: 'publish', payloadSha256: release.payloadSha256 })));
      case 'live':
      case 'rollback':
        return void (sighting && (await ask({ do: one.what, sighting })));
      case 'accept':
        return void (release && (await this.accept(release.modelVersion)));
      case 'arm':
        if (!release) return;
        await this.have({ ...one, what: 'publish' });
        await this.have({ ...one, what: 'accept' });
        return await this.arm(release, one);
      case 'watch':
        return this.watch(release, one);
    }
  }

  /** Any files with any report, card and decision; a card and a verdict of his own where he likes. */
  private dossierOf(one: Act) {
    const { shipId } = this.cargos[one.ship]!;
    const { files } = this.cargos[one.consistent ? one.ship : one.files]!;
    const told = this.cargos[one.consistent ? one.ship : one.report]!.report;
    const report =
      one.claimPass && !one.consistent
        ? { ...told, verdict: { verdict: 'pass' as const, outcome: 'pass' as const, reasons: [] } }
        : told;
    const card = one.consistent || one.card === 5 ? cardOf(shipId, files, report) : this.cargos[one.card]!.card;
    const decision = this.decisions[one.decision % this.decisions.length]!;
    return this.table.dossierOf({ shipId, files, report, card }, decision);
  }

  /** The broker says truly of what it accepted, now and then that it misbehaves; the foreigner makes sightings himself. */
  private watch(release: ReturnType<World['releases']>[number] | undefined, one: Act): void {
    if (!release?.payloadSha256) return;
    const seen = { ...release, payloadSha256: release.payloadSha256, tarballFile: '', envelopeFile: '' };
    const keys = release.state === 'published' || release.state === 'live' ? this.table.keys('broker') : [OWN_KEY];
    this.sightings.push(this.table.sightingOf(seen, release.releaseId, { healthy: one.claimPass }, keys));
  }

  private async accept(modelVersion: number): Promise<void> {
    const files = { tarball: `believe-v${modelVersion}.tar.gz`, envelope: `believe-v${modelVersion}.dsse.json` };
    const { moduleFolder: incomingFolder } = this.table.places;
    await acceptRelease({ ...files, brokerFolder: this.brokerFolder, incomingFolder, nowMs: Date.now() });
  }

  private async arm({ modelVersion, counter, payloadSha256 }: ReturnType<World['releases']>[number], one: Act) {
    const tier = { brokerFolder: this.brokerFolder, product: PRODUCT, nowMarketMs: MARKET_MS };
    const envelope = path.join(this.brokerFolder, 'releases', `believe-v${modelVersion}.dsse.json`);
    const named = { modelVersion, counter, payloadSha256: payloadSha256 ?? '', tarball: 'x', envelope: 'y' };
    const shipId = shipOf(envelope) ?? this.cargos[one.ship]!.shipId;
    await armSwap(tier, { ...named, shipId, notBeforeMarketMs: one.notBeforeMs });
    this.armed++;
    this.requireRight(envelope);
  }

  private requireRight(envelope: string): void {
    const armed = armedSwap.parse(JSON.parse(readFileSync(path.join(this.brokerFolder, 'armed', 'swap.json'), 'utf8')));
    const { files, gateReportSha256, ...rest } = predicateIn(envelope);
    const cargo = this.cargos.find((one) => candidateSha256(describeFiles(one.files)) === candidateSha256(files))!;
    assert.equal(cargo.card.gateReportSha256, gateReportSha256, 'the report is about these files');
    const isApproved = this.annApproves && cargo === this.cargos[1];
    assert.ok(cargo.report.verdict.verdict === 'pass' || isApproved, `${cargo.shipId} was held`);
    const at = armed.notBeforeMarketMs;
    assert.ok(swapsAtOnce(rest) || (at > MARKET_MS && nextRthOpen(at - 1).rthOpenMs === at), 'an open');
  }

  private releases() {
    return releaseLedger(this.table.places.releasesFolder).list();
  }
}

function predicateIn(envelope: string) {
  const { payload } = JSON.parse(readFileSync(envelope, 'utf8')) as { payload: string };
  return releaseStatement.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8'))).predicate;
}

function shipOf(envelope: string): string | null {
  try {
    return predicateIn(envelope).shipId;
  } catch {
    return null;
  }
}
