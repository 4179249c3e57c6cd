import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { BATCH_REFUSALS, type BatchRefusalReason, type BatchRefused } from '../../shared/contract/batch-refusal.js';
import { Failure } from '../../shared/failure.js';
import { jsonOfFormat } from '../../shared/formats/version-found.js';
import { makeFolder } from '../../shared/node/disk/make-folder.js';
import { openPlainFile, readPlainFile } from '../../shared/node/disk/plain-file.js';
import { replaceFile, syncFolder } from '../../shared/node/disk/replace-file.js';
import { sha256Hex } from '../../shared/reference.js';
import type { Landed } from './landing.js';
import type { ReceivePlaces } from './receive-places.js';

const setAside = z.strictObject({
  v: z.literal(1),
  /** Of the first time. */
  at: z.iso.datetime(),
  reason: z.enum(Object.keys(BATCH_REFUSALS) as [BatchRefusalReason, ...BatchRefusalReason[]]),
  /** In words, with what was found. */
  message: z.string(),
  /** As they came. */
  names: z.array(z.string()),
  /** Of a batch whose envelope is properly signed. */
  payloadSha256: sha256Hex.nullable(),
  /** How often the same was sent. */
  times: z.number().int().positive(),
});
export type SetAside = Readonly<z.infer<typeof setAside>> & { readonly id: string };

const decision = z.strictObject({
  v: z.literal(1),
  at: z.iso.datetime(),
  id: z.string(),
  decided: z.enum(['release', 'drop']),
  by: z.string().min(1).max(100),
  why: z.string().min(1).max(2000),
  reason: z.string(),
  payloadSha256: sha256Hex.nullable(),
});

const FACTS = 'why.json';
const FACTS_BYTES_MAX = 1 << 20;
const IDENTITY_BYTES = 64 * 1024;

/** What was set aside, a folder each: the files as they came, and why. Nothing leaves but by a person's recorded decision. */
export class Quarantine {
  constructor(private readonly places: ReceivePlaces) {
    makeFolder(places.quarantine, 0o700);
  }

  /** Moves files out of the landing folder. The same again is only counted. */
  take(files: readonly Landed[], refusal: BatchRefused, nowMs: number, payloadSha256: string | null = null): SetAside {
    const id = `${refusal.reason}-${createHash('sha256').update(files.map(identityOf).join('\n')).digest('hex').slice(0, 24)}`;
    const folder = path.join(this.places.quarantine, id);
    const before = this.find(id);
    const facts = {
      ...{ v: 1 as const, at: before?.at ?? new Date(nowMs).toISOString(), reason: refusal.reason },
      ...{ message: refusal.message.slice(0, 4000), names: files.map(({ name }) => name) },
      ...{ payloadSha256, times: (before?.times ?? 0) + 1 },
    };
    makeFolder(folder, 0o700);
    replaceFile(path.join(folder, FACTS), `${JSON.stringify(setAside.parse(facts))}\n`, 0o600);
    for (const [index, file] of files.entries()) {
      // Names of strangers stay in the facts.
      const target = path.join(folder, String(index));
      if (existsSync(target)) rmSync(file.path, { recursive: true, force: true });
      else renameSync(file.path, target);
    }
    syncFolder(folder);
    syncFolder(this.places.landing);
    return { ...facts, id };
  }

  list(): SetAside[] {
    return readdirSync(this.places.quarantine)
      .map((id) => this.find(id))
      .filter((one) => one !== null)
      .sort((a, b) => (a.at + a.id < b.at + b.id ? -1 : 1));
  }

  find(id: string): SetAside | null {
    const file = path.join(this.places.quarantine, id, FACTS);
    if (path.basename(id) !== id || !existsSync(file)) return null;
    return {
      ...setAside.parse(jsonOfFormat('batch set aside', file, readPlainFile(file, FACTS_BYTES_MAX).toString('utf8'))),
      id,
    };
  }

  /**
   * Lets it be judged once more. What broke a contract is then taken as it is; what was no properly signed batch of the chain is
   * set aside again, whoever releases it.
   * @throws NotInQuarantine
   */
  release(id: string, by: string, why: string, nowMs: number): void {
    const found = this.decide(id, 'release', by, why, nowMs);
    for (const [index, name] of found.names.entries())
      renameSync(
        path.join(this.places.quarantine, id, String(index)),
        path.join(this.places.landing, path.basename(name)),
      );
    rmSync(path.join(this.places.quarantine, id), { recursive: true });
    syncFolder(this.places.landing);
  }

  /** @throws NotInQuarantine */
  drop(id: string, by: string, why: string, nowMs: number): void {
    this.decide(id, 'drop', by, why, nowMs);
    rmSync(path.join(this.places.quarantine, id), { recursive: true });
  }

  /** Batches whose lines an operator takes although they break their contract. */
  released(): ReadonlySet<string> {
    if (!existsSync(this.places.decisions)) return new Set();
    const lines = readFileSync(this.places.decisions, 'utf8').split('\n').slice(0, -1);
    const decisions = lines.map((line) =>
      decision.parse(jsonOfFormat('decisions of quarantine', this.places.decisions, line)),
    );
    return new Set(
      decisions.flatMap(({ decided, reason, payloadSha256 }) =>
        decided === 'release' && reason === 'schema' && payloadSha256 !== null ? [payloadSha256] : [],
      ),
    );
  }

  private decide(id: string, decided: 'release' | 'drop', by: string, why: string, nowMs: number): SetAside {
    const found = this.find(id);
    if (found === null)
      throw new Failure('NotInQuarantine', `nothing is set aside as ${id}`, 'look at what is: list the quarantine', {
        id,
      });
    const { reason, payloadSha256 } = found;
    const at = new Date(nowMs).toISOString();
    const line = decision.parse({ v: 1, at, id, decided, by, why, reason, payloadSha256 });
    const descriptor = openSync(this.places.decisions, 'a', 0o600);
    try {
      appendFileSync(descriptor, `${JSON.stringify(line)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return found;
  }
}

/** The same for the same file sent again, without reading a long one to its end. */
function identityOf({ name, path: file, stats }: Landed): string {
  if (!stats.isFile()) return `${name} ${stats.mode}`;
  const descriptor = openPlainFile(file as unknown as string);
  try {
    const head = Buffer.alloc(Math.min(stats.size, IDENTITY_BYTES));
    readSync(descriptor, head, 0, head.length, 0);
    return `${name} ${stats.size} ${createHash('sha256').update(head).digest('hex')}`;
  } finally {
    closeSync(descriptor);
  }
}
