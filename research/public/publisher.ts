import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { type PublicConfig, WRITES_A_DAY } from '../../shared/config/public.js';
import { Failure } from '../../shared/failure.js';
import { jsonOrUndefined } from '../../shared/fields/json-or-undefined.js';
import type { MarketClock } from '../../shared/market/clock/market-clock.js';
import { replaceFile } from '../../shared/node/disk/replace-file.js';
import {
  HISTORY_NAMES,
  HISTORY_PAYLOAD_TYPE,
  type HistoryName,
  LOG_PAYLOAD_TYPE,
  LOG_UPDATE_ENTRIES_MAX,
  STATE_PAYLOAD_TYPE,
} from '../../shared/public-record/documents.js';
import { entryBytes } from '../../shared/public-record/entry.js';
import type { SigningKey } from '../../shared/trust/ed25519-key.js';
import { askWitness } from './ask-witness.js';
import { newEntries, type RecordSources } from './new-entries.js';
import { post } from './post.js';
import {
  type DocumentFacts,
  documentsOf,
  historyDocument,
  marketAt,
  newestStatus,
  stateDocument,
} from './public-documents.js';
import type { PublicLog } from './public-log.js';

/** What was posted last; the page knows it too, and corrects it where this was lost. */
const postedFile = z.strictObject({
  v: z.literal(1),
  sequence: z.number().int().nonnegative(),
  logSize: z.number().int().nonnegative(),
  /** Wall time, and how many writes of the key-value store it cost. */
  lastMs: z.number(),
  lastWrites: z.number(),
  /** Histories that the page does not have as they are now. */
  due: z.array(z.enum(['days', 'fills', 'events'])),
});
type Posted = z.infer<typeof postedFile>;

export interface Published {
  readonly entries: number;
  readonly size: number;
  /** What was posted, or why nothing was. */
  readonly posted: readonly string[];
  readonly waits: string | null;
}

export interface PublisherOptions {
  readonly config: PublicConfig;
  readonly url: string;
  readonly log: PublicLog;
  readonly key: SigningKey;
  readonly sources: () => RecordSources;
  readonly clock: () => MarketClock;
  readonly postedFile: string;
  readonly say?: (line: string) => void;
}

/** Commits to what is new, and posts what the plan's writes allow. Each call is whole: killed anywhere, the next one goes on. */
export class Publisher {
  /** Of each witness, what it cosigned last. */
  private readonly witnessedSizes = new Map<string, number>();

  constructor(private readonly options: PublisherOptions) {}

  async publish(): Promise<Published> {
    const { log, config } = this.options;
    const sources = this.options.sources();
    const added = await newEntries(log.entries, sources);
    for (let at = 0; at < added.length; at += LOG_UPDATE_ENTRIES_MAX)
      log.append(added.slice(at, at + LOG_UPDATE_ENTRIES_MAX));
    const posted = this.read();
    const due = [...new Set([...posted.due, ...documentsOf(added)])];
    const { nowMs, instrument } = sources;
    const clock = this.options.clock();
    const { isOpen } = marketAt({ instrument, clock, nowMs });
    const waitMs = this.waitMs({ ...posted, due }, isOpen, nowMs);
    this.write({ ...posted, due });
    const told = { entries: added.length, size: log.size };
    if (waitMs > 0) return { ...told, posted: [], waits: `the next one is due in ${Math.ceil(waitMs / 1000)} s` };
    const facts: DocumentFacts = {
      ...{ config, instrument, clock, log, nowMs, status: await newestStatus(sources.from) },
      everySeconds: Math.ceil(this.paceMs(isOpen, 2) / 1000),
    };
    return { ...told, posted: await this.postAll(facts, due), waits: null };
  }

  /** News at once, as far as the writes of the last post allow; a snapshot alone at its pace. */
  private waitMs({ lastMs, lastWrites, logSize, due }: Posted, isOpen: boolean, nowMs: number): number {
    const isNews = logSize < this.options.log.size || due.length > 0;
    const everyMs = isNews ? this.costMs(lastWrites) : this.paceMs(isOpen, lastWrites);
    return Math.min(everyMs, lastMs + everyMs - nowMs);
  }

  private costMs(writes: number): number {
    return (writes * 86_400_000) / WRITES_A_DAY[this.options.config.plan];
  }

  private paceMs(isOpen: boolean, writes: number): number {
    const { everySeconds, closedEverySeconds } = this.options.config;
    return Math.max(1000 * (isOpen ? everySeconds : closedEverySeconds), this.costMs(writes));
  }

  /** The log first: no document names an entry that nobody can look up. */
  private async postAll(facts: DocumentFacts, due: readonly HistoryName[]): Promise<string[]> {
    const told: string[] = [];
    const { logSize } = this.read();
    if (logSize > facts.log.size) throw logAhead(this.options.url, logSize, facts.log.size);
    const size = await this.postLog(logSize);
    let writes = 1;
    if (size > logSize) {
      told.push(`${size - logSize} entries`);
      writes += 4 * Math.ceil((size - logSize) / LOG_UPDATE_ENTRIES_MAX);
    }
    for (const name of new Set([...due, ...this.read().due])) {
      await this.postDocument(HISTORY_PAYLOAD_TYPE, (sequence) => historyDocument(name, facts, sequence));
      told.push(name);
      writes++;
    }
    await this.postDocument(STATE_PAYLOAD_TYPE, (sequence) => stateDocument(facts, sequence));
    this.write({ ...this.read(), lastMs: facts.nowMs, lastWrites: writes, due: [] });
    return [...told, 'snapshot'];
  }

  /** @returns how far the page is then @throws Failure 'PublicLogAhead' */
  private async postLog(from: number): Promise<number> {
    const { log, url, key, config } = this.options;
    let size = from;
    while (size < log.size) {
      const entries = log.entries.slice(size, size + LOG_UPDATE_ENTRIES_MAX);
      const update = {
        ...{ v: 1, kind: 'log', origin: config.origin, from: size },
        entries: entries.map((entry) => Buffer.from(entryBytes(entry)).toString('base64')),
        checkpoint: await this.witnessed(log.checkpointAt(size + entries.length), size + entries.length),
      };
      const answer = await post(url, LOG_PAYLOAD_TYPE, update, key);
      if (!answer.ok && answer.size === undefined) throw refused(url, answer.reason);
      const has = answer.size ?? size + entries.length;
      if (has > log.size) throw logAhead(url, has, log.size);
      if (!answer.ok && has === size) throw refused(url, answer.reason);
      // A page that was emptied has none of the documents either.
      const due = has < size ? [...HISTORY_NAMES] : this.read().due;
      size = has;
      this.write({ ...this.read(), logSize: size, due });
    }
    return size;
  }

  /** With the lines of those who vouch for it; asked for the newest checkpoint alone. */
  private async witnessed(note: string, size: number): Promise<string> {
    const { config, log } = this.options;
    if (size < log.size) return note;
    const asked = config.witnesses.map(async (url) => {
      const { lines, why } = await askWitness(url, note, this.witnessedSizes.get(url) ?? 0, (old) =>
        log.proveConsistency(old),
      );
      if (why === null) this.witnessedSizes.set(url, size);
      else this.options.say?.(`witness ${url}: ${why}`);
      return lines;
    });
    return `${note}${(await Promise.all(asked)).join('')}`;
  }

  /** Never back in sequence: where the page has seen more than we remember, what it says counts. */
  private async postDocument(payloadType: string, make: (sequence: number) => object): Promise<void> {
    const { url, key } = this.options;
    for (let attempt = 0; attempt < 2; attempt++) {
      const sequence = this.read().sequence + 1;
      // On disk before it is signed: no number is given twice.
      this.write({ ...this.read(), sequence });
      const answer = await post(url, payloadType, make(sequence), key);
      if (answer.ok) return;
      if (answer.sequence === undefined) throw refused(url, answer.reason);
      this.write({ ...this.read(), sequence: Math.max(sequence, answer.sequence) });
    }
    throw refused(url, 'it knows a newer document each time: does another publisher post there?');
  }

  private read(): Posted {
    const { postedFile: file } = this.options;
    const found = existsSync(file) ? postedFile.safeParse(jsonOrUndefined(readFileSync(file, 'utf8'))).data : undefined;
    return found ?? { v: 1, sequence: 0, logSize: 0, lastMs: 0, lastWrites: 0, due: [...HISTORY_NAMES] };
  }

  private write(posted: Posted): void {
    replaceFile(this.options.postedFile, `${JSON.stringify(postedFile.parse(posted))}\n`);
  }
}

function refused(url: string, reason: string | undefined): Failure {
  return new Failure(
    'PublishRefused',
    `${url} refuses what is published: ${reason}`,
    'compare its origin and state keys with `believe public keys`',
  );
}

function logAhead(url: string, has: number, size: number): Failure {
  return new Failure(
    'PublicLogAhead',
    `${url} has ${has} entries of the log, and this publisher knows ${size}`,
    'restore the folder public/ of the home from its backup: what was published cannot be taken back',
  );
}
