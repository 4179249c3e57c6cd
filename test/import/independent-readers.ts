import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ImportHints } from '../../research/import/format.js';
import type { ImportRecord } from '../../research/store/catalogue.js';
import type { MarketStore } from '../../research/store/market-store.js';
import { pythonWith } from '../../setup/python-environment.js';
import { sampleFile } from '../../setup/sample-data.js';

const REQUIREMENTS = fileURLToPath(new URL('./independent-readers.requirements.txt', import.meta.url));
const PROGRAM = fileURLToPath(new URL('./independent-readers/compare.py', import.meta.url));

/** refused: the other reader does not take the file at all. */
export type Answer =
  | { readonly verdict: 'same'; readonly rows: number }
  | { readonly verdict: 'refused' | 'different'; readonly why: string };

/** Databento's package, pyarrow, and Python's csv, decimal, json, struct, zipfile and zoneinfo in a process of their own. */
export class IndependentReaders {
  private readonly waiting: ((answer: Answer) => void)[] = [];
  private faults = '';
  private ended: Answer | null = null;

  private constructor(private readonly python: ChildProcess) {
    createInterface({ input: python.stdout! }).on('line', (line) => this.waiting.shift()!(JSON.parse(line) as Answer));
    python.stderr!.on('data', (text) => {
      this.faults += text;
    });
    python.on('exit', (code, signal) => {
      this.ended = { verdict: 'different', why: `Python ended with ${code ?? signal}: ${this.faults}` };
      for (const answer of this.waiting) answer(this.ended);
    });
    // Whoever writes to it afterwards is answered with how it ended.
    python.stdin!.on('error', () => {});
  }

  static async open(): Promise<IndependentReaders> {
    const env = {
      ...process.env,
      BELIEVE_SESSIONS: sampleFile('calendar/cme-calendar.json'),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    return new IndependentReaders(spawn(await pythonWith(REQUIREMENTS), [PROGRAM], { env }));
  }

  close(): void {
    this.python.stdin!.end();
  }

  /** Whether the store holds what they find in the file too, but for the rows that were set aside. */
  async ask(source: string, record: ImportRecord, store: MarketStore, hints: ImportHints): Promise<Answer> {
    const objects = record.shards.map(({ dataset, instrument, tradeDate, sha256 }) => {
      return { dataset, instrument, tradeDate, path: store.objects.locate(sha256) };
    });
    const rejected = quarantinedRows(store, record).map(({ where }) => where);
    const question = { kind: record.format, source, objects, rejected, ...hints };
    if (this.ended) return this.ended;
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.python.stdin!.write(`${JSON.stringify(question)}\n`);
    });
  }
}

/** What an import set aside. */
export function quarantinedRows(store: MarketStore, { quarantine }: ImportRecord) {
  if (quarantine === null) return [];
  const lines = readFileSync(path.join(store.root, quarantine), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { where: string; reason: string; raw: string });
}
