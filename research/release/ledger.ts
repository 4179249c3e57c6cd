import path from 'node:path';
import { z } from 'zod';
import { Failure } from '../../shared/failure.js';
import { requireSettled, requireSettledCounters } from '../../shared/node/trust/restored-note.js';
import { sha256Hex } from '../../shared/reference.js';
import { EntryLog } from './entry-log.js';

/** Numbers of one release; never given to another. */
export const allocation = z.strictObject({
  /** The ship's id; a rollback that the same ship signs later has an id of its own. */
  releaseId: z.string().min(1),
  modelVersion: z.number().int().positive(),
  epoch: z.number().int().positive(),
  counter: z.number().int().positive(),
  /** sha256 of the payload signed before; null for the first release. */
  prevRelease: sha256Hex.nullable(),
});
export type Allocation = Readonly<z.infer<typeof allocation>>;

export type ReleaseState = 'none' | 'allocated' | 'signed' | 'published' | 'live';

/** What the ledger knows of one release. */
export interface LedgerRelease extends Allocation {
  readonly state: Exclude<ReleaseState, 'none'>;
  /** Null until signed. */
  readonly payloadSha256: string | null;
  readonly allocatedAt: string;
}

/**
 * Every release's numbers and how far it has come. Version and counter are given once for a release whatever is retried,
 * killed or run twice at the same time. A release that was given up leaves a gap in the counters; it is never filled.
 */
export class ReleaseLedger {
  private readonly log: EntryLog<Entry>;

  /** @param folder `ledger/` in the releases folder */
  constructor(
    private readonly folder: string,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.log = new EntryLog('release ledger', folder, entry);
  }

  allocate(releaseId: string, epoch: number): Allocation {
    return this.change((releases) => {
      const known = releases.get(releaseId);
      if (known !== undefined) return { result: allocationOf(known) };
      requireSettledCounters(path.dirname(this.folder), epoch);
      const last = [...releases.values()].at(-1);
      if (last !== undefined && epoch < last.epoch) {
        throw new LedgerRefused('epoch', `epoch ${epoch} is below ${last.epoch}, which releases have used already`);
      }
      const next = allocation.parse({
        releaseId,
        modelVersion: (last?.modelVersion ?? 0) + 1,
        epoch,
        counter: (last?.counter ?? 0) + 1,
        prevRelease: [...releases.values()].findLast((one) => one.payloadSha256 !== null)?.payloadSha256 ?? null,
      });
      return { result: next, entry: { kind: 'allocated', at: this.now(), ...next } };
    });
  }

  /**
   * Binds the counter to one payload, before any signature exists. @throws LedgerRefused `equivocation` for a second
   * payload; `superseded` when a later release has its numbers already, because that one does not name this payload
   */
  recordSigned(releaseId: string, payloadSha256: string): void {
    this.change((releases) => {
      const release = known(releases, releaseId);
      if (release.payloadSha256 === payloadSha256) return { result: undefined };
      if (release.payloadSha256 !== null) {
        throw new LedgerRefused('equivocation', `counter ${release.counter} is bound to another payload already`);
      }
      if ([...releases.values()].at(-1) !== release) {
        throw new LedgerRefused('superseded', `a release after counter ${release.counter} has its numbers already`);
      }
      return { result: undefined, entry: { kind: 'signed', at: this.now(), releaseId, payloadSha256 } };
    });
  }

  /** @throws LedgerRefused `order` unless it is signed */
  recordPublished(releaseId: string): void {
    this.advance(releaseId, 'published', ['signed']);
  }

  /** The broker has swapped to it. @throws LedgerRefused `order` unless it is published */
  recordLive(releaseId: string): void {
    this.advance(releaseId, 'live', ['published']);
  }

  /**
   * Takes over what this ledger has forgotten, because it was restored from a backup: a release whose signed statement was found
   * where it was published. Its counter is never given again. @returns whether the ledger did not know it
   */
  adopt(found: Allocation & { readonly payloadSha256: string }): boolean {
    const { payloadSha256, ...numbers } = found;
    const { counter } = numbers;
    const steps: Entry[] = [
      { kind: 'allocated', at: this.now(), ...numbers },
      { kind: 'signed', at: this.now(), releaseId: numbers.releaseId, payloadSha256 },
      { kind: 'published', at: this.now(), releaseId: numbers.releaseId },
    ];
    const missing = () => this.list().find((one) => one.counter === counter);
    const before = missing();
    if (before !== undefined && before.payloadSha256 !== null && before.payloadSha256 !== payloadSha256)
      throw new LedgerRefused('equivocation', `counter ${counter} is bound to another payload already`);
    for (let state: ReleaseState = before?.state ?? 'none'; ORDER.indexOf(state) < ORDER.indexOf('published'); ) {
      const next = steps[ORDER.indexOf(state)]!;
      const releaseId = missing()?.releaseId ?? next.releaseId;
      this.changeAsItIs(() => ({ result: undefined, entry: { ...next, releaseId } }));
      state = missing()!.state;
    }
    return before === undefined;
  }

  releaseState(releaseId: string): ReleaseState {
    return this.find(releaseId)?.state ?? 'none';
  }

  find(releaseId: string): LedgerRelease | undefined {
    return foldEntries(this.log.read()).get(releaseId);
  }

  /** All releases, lowest counter first. */
  list(): LedgerRelease[] {
    return [...foldEntries(this.log.read()).values()];
  }

  private advance(releaseId: string, to: 'published' | 'live', from: readonly ReleaseState[]): void {
    this.change((releases) => {
      const release = known(releases, releaseId);
      if (ORDER.indexOf(release.state) >= ORDER.indexOf(to)) return { result: undefined };
      if (!from.includes(release.state)) {
        throw new LedgerRefused('order', `a release that is ${release.state} cannot become ${to}`);
      }
      return { result: undefined, entry: { kind: to, at: this.now(), releaseId } };
    });
  }

  /** Decides on what is on disk, and decides again whenever another process was faster. */
  private change<R>(decide: Decide<R>): R {
    requireSettled(path.dirname(this.folder));
    return this.changeAsItIs(decide);
  }

  private changeAsItIs<R>(decide: Decide<R>): R {
    for (;;) {
      const entries = this.log.read();
      const decided = decide(foldEntries(entries));
      if (decided.entry === undefined || this.log.append(entries.length, decided.entry)) return decided.result;
    }
  }

  private now(): string {
    return new Date(this.nowMs()).toISOString();
  }
}

export class LedgerRefused extends Failure {
  constructor(
    readonly reason: 'unknown' | 'epoch' | 'equivocation' | 'superseded' | 'order',
    message: string,
  ) {
    super('LedgerRefused', message, 'start a new ship: its release gets numbers of its own', { reason });
  }
}

const ORDER: readonly ReleaseState[] = ['none', 'allocated', 'signed', 'published', 'live'];

const at = z.iso.datetime();
const releaseId = z.string().min(1);
const entry = z.discriminatedUnion('kind', [
  allocation.extend({ kind: z.literal('allocated'), at }),
  z.strictObject({ kind: z.literal('signed'), at, releaseId, payloadSha256: sha256Hex }),
  z.strictObject({ kind: z.literal('published'), at, releaseId }),
  z.strictObject({ kind: z.literal('live'), at, releaseId }),
]);
type Entry = z.infer<typeof entry>;

type Decide<R> = (releases: ReadonlyMap<string, LedgerRelease>) => { result: R; entry?: Entry };

/** In the order of allocation, which is the order of the counters. */
function foldEntries(entries: readonly Entry[]): Map<string, LedgerRelease> {
  const releases = new Map<string, LedgerRelease>();
  for (const one of entries) {
    if (one.kind === 'allocated') {
      const { kind, at: allocatedAt, ...numbers } = one;
      releases.set(one.releaseId, { ...numbers, state: kind, payloadSha256: null, allocatedAt });
    } else {
      const release = known(releases, one.releaseId);
      const payloadSha256 = one.kind === 'signed' ? one.payloadSha256 : release.payloadSha256;
      releases.set(one.releaseId, { ...release, state: one.kind, payloadSha256 });
    }
  }
  return releases;
}

function known(releases: ReadonlyMap<string, LedgerRelease>, id: string): LedgerRelease {
  const release = releases.get(id);
  if (release === undefined) throw new LedgerRefused('unknown', `no release has the id ${id}`);
  return release;
}

function allocationOf({ releaseId: id, modelVersion, epoch, counter, prevRelease }: LedgerRelease): Allocation {
  return { releaseId: id, modelVersion, epoch, counter, prevRelease };
}
