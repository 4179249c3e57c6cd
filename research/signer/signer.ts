import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { GateThresholds } from '../../shared/config/gate-thresholds.js';
import { verifySighting } from '../../shared/contract/release-sighting.js';
import { Failure } from '../../shared/failure.js';
import { signersOf } from '../../shared/node/trust/key-folder.js';
import { readTrustedRoot } from '../../shared/node/trust/trust-store.js';
import { candidateSha256, DecisionRefused, verifyDecision } from '../../shared/trust/decision.js';
import { type DsseEnvelope, encodeEnvelope } from '../../shared/trust/dsse.js';
import { isSameProduct } from '../../shared/trust/product.js';
import {
  REVOCATION_REASON_MAX,
  REVOCATIONS_FILE,
  type Revocation,
  revocationsIn,
  signRevocations,
} from '../../shared/trust/revocations.js';
import { OrderRefused, orderOf, type RollbackOrder, verifyOrder } from '../../shared/trust/rollback-order.js';
import type { TrustedRoot } from '../../shared/trust/root.js';
import { GATE_REPORT_FILE, type ReleasePredicate } from '../../shared/trust/statement.js';
import { refuseUndecided } from '../../shared/trust/verify-gate.js';
import { measurers } from '../evidence/measuring-keys.js';
import { MODEL_CARD_HTML, MODEL_CARD_JSON } from '../model-card/build-model-card.js';
import {
  buildRelease,
  buildRollback,
  isBuilt,
  type ReleaseFacts,
  ReleaseMissing,
  readBuiltRelease,
  releaseLedger,
} from '../release/build-release.js';
import type { LedgerRelease } from '../release/ledger.js';
import { publishFile, publishRelease } from '../release/publish-release.js';
import { type SignedReleaseFiles, signedRelease, signRelease } from '../release/sign-release.js';
import type { Inbox } from './inbox.js';
import { type JudgedDossier, judgeDossier } from './judge-dossier.js';
import type { Dossier, SignerRequest } from './messages.js';
import { requireMeasured } from './require-measured.js';

export interface SignerPlaces {
  readonly inbox: Inbox;
  /** Private release keys: nobody else reads them. */
  readonly keysFolder: string;
  /** Of encrypted key files. */
  readonly passphrase?: string | undefined;
  /** Public keys of the processes whose measurements count. */
  readonly measurersFolder: string;
  /** Root of trust of research. */
  readonly trustFolder: string;
  /** Releases and their ledger: nobody else writes them. */
  readonly releasesFolder: string;
  /** What the rsync daemon serves. */
  readonly moduleFolder: string;
}

export interface SignerRules {
  /** A pass under laxer thresholds than these is none. */
  readonly thresholds: GateThresholds;
  readonly lifetimeDays: number;
  /** What a release is made of: of fewer, or of others, nothing is signed. */
  readonly heads: readonly string[];
}

/**
 * The one place that holds the release key. It believes no argument: each act checks its precondition from the inbox's
 * content, from its own ledger, and from what operators and the broker have signed. Every act repeats into the same state.
 */
export class Signer {
  constructor(
    private readonly places: SignerPlaces,
    private readonly rules: SignerRules,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** @throws Failure with the reason why nothing was signed */
  async answer(request: SignerRequest): Promise<SignedReleaseFiles | null> {
    switch (request.do) {
      case 'sign':
        return await this.sign(request.dossier);
      case 'signed':
        return await signedRelease(this.signing(request.shipId));
      case 'rollback':
        return await this.rollBack(request.sighting);
      case 'rollback-as-ordered':
        return await this.rollBackAsOrdered(request.shipId, request.order);
      case 'publish':
        return this.publish(request.payloadSha256);
      case 'live':
        return this.recordLive(request.sighting);
      case 'revoke':
        return this.revoke(request.shipId, request.reason);
    }
  }

  private async sign(dossier: Dossier): Promise<SignedReleaseFiles> {
    const { inbox, releasesFolder } = this.places;
    inbox.clean(this.nowMs());
    const { shipId, candidate, gateReportSha256, product } = dossier;
    const report = inbox.take(gateReportSha256, REPORT_BYTES_MAX);
    const cardJson = inbox.take(dossier.cardJsonSha256, REPORT_BYTES_MAX);
    const liveRelease = this.priorOf(shipId);
    const { thresholds, lifetimeDays, heads } = this.rules;
    const judged = judgeDossier({ shipId, candidate, report, card: cardJson, liveRelease, thresholds, heads });
    this.requireMeasured(dossier, judged);
    const { verdict } = judged.report.verdict;
    const decision = verdict === 'hold' ? this.approvalOf(dossier) : undefined;
    const files = new Map(candidate.map(({ name, size, sha256 }) => [name, inbox.take(sha256, size)]));
    files.set(GATE_REPORT_FILE, report);
    files.set(MODEL_CARD_JSON, cardJson);
    files.set(MODEL_CARD_HTML, inbox.take(dossier.cardHtmlSha256, REPORT_BYTES_MAX));
    const { card } = judged;
    const facts: ReleaseFacts = {
      releaseId: shipId,
      shipId,
      epoch: this.root().metadata.epoch,
      training: { merkleRoot: card.data.merkleRoot, shards: card.data.shards.length },
      gateVerdict: verdict,
      ...(decision ? { decision } : {}),
      ...(product ? { product } : {}),
      codeCommit: card.code.commit,
      lockfileSha256: card.code.lockfileSha256,
      synthetic: card.synthetic,
      lifetimeDays,
    };
    await buildRelease(releasesFolder, facts, files, this.nowMs());
    return await signRelease(this.signing(shipId));
  }

  /** @throws EvidenceRefused */
  private requireMeasured({ shipId, candidate, ...dossier }: Dossier, judged: JudgedDossier): void {
    const { gateReportSha256, measurementsSha256 } = dossier;
    const measurements =
      measurementsSha256 === undefined ? null : this.places.inbox.take(measurementsSha256, MEASUREMENTS_BYTES_MAX);
    const known = measurers(this.places.measurersFolder);
    requireMeasured({ shipId, candidate, gateReportSha256, judged, measurements, measurers: known });
  }

  /** @throws DecisionRefused */
  private approvalOf({ shipId, candidate, gateReportSha256, decision }: Dossier) {
    const subject = { shipId, candidateSha256: candidateSha256(candidate), gateReportSha256 };
    verifyDecision(decision ?? {}, subject, this.root());
    if (decision?.verdict !== 'approve') {
      throw new DecisionRefused('rejects', 'it rejects this ship');
    }
    return { ...decision, verdict: decision.verdict };
  }

  /** The release that traded before this ship's own did: what its gate compared it with. */
  private priorOf(shipId: string): string | null {
    const live = this.ledger()
      .list()
      .filter(({ state }) => state === 'live');
    const prior = live.findLast(({ releaseId }) => releaseId !== shipId);
    return prior === undefined ? null : `believe-v${prior.modelVersion}`;
  }

  /** The broker has seen the newest release misbehave: the one before it comes back, under a higher counter. */
  private async rollBack(envelope: DsseEnvelope): Promise<SignedReleaseFiles | null> {
    const root = this.root();
    const sighting = verifySighting(envelope, root);
    if (sighting.healthy !== false) throw refused('the broker has not seen this release misbehave');
    const faulty = this.released(sighting.payloadSha256);
    // Its ship ended well: what is wrong with it later is for people to judge, not for whoever can ask the broker to look.
    if (faulty.state === 'live') throw refused(`v${faulty.modelVersion} was watched and went live`);
    const releaseId = `${faulty.releaseId}/rollback`;
    const newest = this.ledger()
      .list()
      .findLast(({ payloadSha256 }) => payloadSha256 !== null)!;
    if (newest.counter !== faulty.counter && newest.releaseId !== releaseId) {
      throw refused(`v${newest.modelVersion} was signed after v${faulty.modelVersion}`);
    }
    if (isBuilt(this.places.releasesFolder, releaseId)) return await signRelease(this.signing(releaseId));
    const before = this.ledger()
      .list()
      .findLast((one) => one.state === 'live' && one.counter < faulty.counter && this.whyNotBack(one, root) === null);
    if (before === undefined) return null;
    const release = { releaseId, shipId: sighting.shipId };
    return await this.bringBack(release, { olderVersion: before.modelVersion, grounds: { sighting: envelope } });
  }

  /**
   * Operators want older heads back. Nothing of it depends on what the broker saw, and everything on their signatures, on
   * what trades by this ledger, and on what they want back having traded.
   * @throws OrderRefused
   */
  private async rollBackAsOrdered(shipId: string, envelope: DsseEnvelope): Promise<SignedReleaseFiles> {
    const { releasesFolder } = this.places;
    const { id } = orderOf(envelope);
    const releaseId = `${shipId}/order-${id}`;
    const ledger = this.ledger().list();
    // Asked again, also after its minutes: the same release. What it was made on was checked when it was made.
    if (isBuilt(releasesFolder, releaseId)) return await signRelease(this.signing(releaseId));
    const root = this.root();
    const order = verifyOrder(envelope, root, this.nowMs());
    const used = ledger.find((one) => one.releaseId.endsWith(`/order-${id}`) && one.releaseId !== releaseId);
    if (used) throw new OrderRefused('used', `it has made v${used.modelVersion} already`);
    const live = ledger.findLast(({ state }) => state === 'live');
    if (live?.payloadSha256 !== order.live.payloadSha256)
      throw new OrderRefused('other-live', `it is from v${order.live.modelVersion}, and ${nameOf(live)} trades`);
    const why = this.whyNotTarget(order, ledger, live);
    if (why !== null) throw new OrderRefused('target', why);
    const back = { olderVersion: order.to.modelVersion, grounds: { order: envelope } };
    return await this.bringBack({ releaseId, shipId }, back);
  }

  private whyNotTarget({ to }: RollbackOrder, ledger: readonly LedgerRelease[], live: LedgerRelease): string | null {
    const name = `v${to.modelVersion}`;
    const older = ledger.find(({ payloadSha256 }) => payloadSha256 === to.payloadSha256);
    if (older === undefined || older.modelVersion !== to.modelVersion) return `no release ${name} has that payload`;
    if (this.revoked().some(({ payloadSha256 }) => payloadSha256 === to.payloadSha256))
      return `${name} was given up and revoked`;
    if (older.state !== 'live') return `${name} never traded: it is ${older.state}`;
    if (older.counter >= live.counter) return `${name} is what trades`;
    const [now, then] = [live, older].map(
      ({ modelVersion }) => readBuiltRelease(this.places.releasesFolder, modelVersion).predicate,
    ) as [ReleasePredicate, ReleasePredicate];
    if (then.archive.sha256 !== to.archiveSha256) return `the bytes of ${name} are other ones`;
    if (now.product === undefined || !isSameProduct(then.product, now.product))
      return `${name} is for another product than v${live.modelVersion}, which trades`;
    return this.whyNotBack(older, this.root());
  }

  private async bringBack(
    release: { readonly releaseId: string; readonly shipId: string },
    back: Parameters<typeof buildRollback>[2],
  ): Promise<SignedReleaseFiles> {
    const facts = { ...release, epoch: this.root().metadata.epoch, lifetimeDays: this.rules.lifetimeDays };
    buildRollback(this.places.releasesFolder, facts, back, this.nowMs());
    return await signRelease(this.signing(release.releaseId));
  }

  /** Brokers would refuse a held release whose operators the root does not list (any more). */
  private whyNotBack({ modelVersion, payloadSha256 }: LedgerRelease, root: TrustedRoot): string | null {
    const { predicate } = readBuiltRelease(this.places.releasesFolder, modelVersion);
    const rollbackOf = { modelVersion, payloadSha256: payloadSha256! };
    try {
      refuseUndecided({ ...predicate, counter: Number.MAX_SAFE_INTEGER, rollbackOf }, root);
      return null;
    } catch (error) {
      return `v${modelVersion} was held, and nobody who let it go is an operator any more: ${(error as Error).message}`;
    }
  }

  private publish(payloadSha256: string): null {
    const { releasesFolder, trustFolder, moduleFolder } = this.places;
    const { releaseId, modelVersion } = this.released(payloadSha256);
    if (this.revoked().some((one) => one.payloadSha256 === payloadSha256)) {
      throw refused(`v${modelVersion} was given up and revoked`);
    }
    publishRelease({ releasesFolder, trustFolder, moduleFolder, releaseId });
    return null;
  }

  private recordLive(envelope: DsseEnvelope): null {
    const { payloadSha256 } = verifySighting(envelope, this.root());
    this.ledger().recordLive(this.released(payloadSha256).releaseId);
    return null;
  }

  /** What the ship has signed and given up. A release that went live is rolled back, never revoked. */
  private revoke(shipId: string, reason: string): null {
    const before = this.revoked();
    const isOwn = (id: string) => id.startsWith(shipId) && OWN_RELEASE.test(id.slice(shipId.length));
    const at = new Date(this.nowMs()).toISOString();
    const words = reason.slice(0, REVOCATION_REASON_MAX);
    const added = this.ledger()
      .list()
      .filter(({ releaseId, state }) => isOwn(releaseId) && state !== 'live')
      .filter(({ payloadSha256 }) => before.every((one) => one.payloadSha256 !== payloadSha256))
      .flatMap(({ payloadSha256, modelVersion }) =>
        payloadSha256 === null ? [] : [{ payloadSha256, modelVersion, reason: words, at }],
      );
    if (added.length === 0) return null;
    const signers = signersOf(this.places.keysFolder, 'release', this.root(), this.places.passphrase);
    const list = signRevocations([...before.filter((one) => !this.hasExpired(one)), ...added], signers);
    publishFile(this.places.moduleFolder, REVOCATIONS_FILE, encodeEnvelope(list));
    return null;
  }

  /** By its own statement: then no broker loads it, revoked or not. */
  private hasExpired({ modelVersion, payloadSha256 }: Revocation): boolean {
    const { releasesFolder } = this.places;
    const isKnown = this.ledger()
      .list()
      .some((one) => one.modelVersion === modelVersion && one.payloadSha256 === payloadSha256);
    if (!isKnown) return false;
    return (
      Date.parse(readBuiltRelease(releasesFolder, modelVersion).predicate.expires) <= this.nowMs() - CLOCKS_DIFFER_MS
    );
  }

  /** @throws ReleaseRefused `revocations-unreadable`: what it cannot read, the signer must not replace by a shorter list */
  private revoked(): readonly Revocation[] {
    const file = path.join(this.places.moduleFolder, REVOCATIONS_FILE);
    return existsSync(file) ? (revocationsIn(readFileSync(file), this.root()) ?? []) : [];
  }

  private released(payloadSha256: string): LedgerRelease {
    const found = this.ledger()
      .list()
      .find((one) => one.payloadSha256 === payloadSha256);
    if (found) return found;
    throw new ReleaseMissing(this.places.releasesFolder, `with payload ${payloadSha256}`);
  }

  private signing(releaseId: string) {
    const { releasesFolder, keysFolder, passphrase } = this.places;
    return { releasesFolder, keysFolder, passphrase, root: this.root(), releaseId, nowMs: this.nowMs() };
  }

  private root(): TrustedRoot {
    return readTrustedRoot(this.places.trustFolder);
  }

  private ledger() {
    return releaseLedger(this.places.releasesFolder);
  }
}

/** What a ship's identity is followed by in those of its releases. */
const OWN_RELEASE = /^(?:\/rollback|\/order-[0-9a-f]{32})?$/;
/** A broker's clock may be behind. */
const CLOCKS_DIFFER_MS = 86_400_000;
/** A report or a card; real ones have some hundred kB. */
const REPORT_BYTES_MAX = 64 * 2 ** 20;
const MEASUREMENTS_BYTES_MAX = 64 * 2 ** 20;

function nameOf(release: LedgerRelease | undefined): string {
  return release === undefined ? 'nothing' : `v${release.modelVersion}`;
}

function refused(message: string): Failure {
  return new Failure('SignerRefused', message, 'see `believe release list` and `believe ship status`');
}
