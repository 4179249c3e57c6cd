import type { RowKind, RowSink } from '../store/row-sink.js';
import type { ShardOrigin } from '../store/shard-writer.js';

/** What cannot be seen in some files; each reader says which of it it uses. */
export interface ImportHints {
  /** Contract, where the file does not name it; default: how the file's name begins. */
  readonly instrument?: string | undefined;
  /** What one unit of price in the file is worth in points, e.g. 0.01 for Sierra files that hold ES x 100; default 1. */
  readonly priceScale?: number | undefined;
  /** How long bars are, where the file's name and its first lines do not say it. */
  readonly barSeconds?: number | undefined;
}

/** What a name or an option says of the rows of a file, and its bytes do not. */
export interface Told {
  readonly instrument?: string | undefined;
  readonly barSeconds?: number | undefined;
}

/** A file that is to be read. */
export interface ImportFile {
  readonly path: string;
  /** Its name without folder and packing: `x.jsonl` of `/data/x.jsonl.gz`. */
  readonly name: string;
  readonly hints: ImportHints;
  readonly signal?: AbortSignal | undefined;
  /** Growing files: first byte that was not read before, and the state in which that read ended. */
  readonly resume?: { readonly fromByte: number; readonly state: unknown } | undefined;
}

/** Where a reader puts what it finds. */
export interface ImportOutput {
  /** Says what the rows are; once, before the first sink. */
  begin(origin: ShardOrigin): void;
  sink(kind: RowKind): RowSink;
  /** Lets writing catch up: to be awaited between portions of a few thousand rows. */
  settle(): Promise<void>;
  /** Counts what was read, under a plural noun. */
  count(what: string, n?: number): void;
  /**
   * A row that cannot be used. @param where `line 12` or `byte 480` @param raw the row as it is
   * @throws BadInput where broken rows are refused; otherwise the row is quarantined, and reading goes on
   */
  reject(where: string, reason: string, raw: string): void;
}

/** Growing files: where the next read goes on, and what it must know there. */
export interface ReadEnd {
  readonly toByte: number;
  readonly state: unknown;
}

/**
 * A kind of file that can be imported. A new kind is one file that exports one of these, and its line in formats.ts.
 * A reader holds a bounded part of its file, whatever the size.
 */
export interface Format {
  readonly name: string;
  /** For people, one sentence. */
  readonly summary: string;
  /** By content, never by name. @param head the first bytes of the unpacked file */
  recognises(head: Buffer): boolean;
  /**
   * What a file is told to hold: the same bytes, told otherwise, are another import. Default: what the options say.
   * @throws BadInput where neither its name nor an option says what must be known
   */
  told?(file: Pick<ImportFile, 'path' | 'name' | 'hints'>): Told;
  /** True where files are appended to after they were read: the rest is imported later. */
  readonly grows?: true;
  /** @throws BadInput where the file as a whole cannot be used */
  read(file: ImportFile, out: ImportOutput): Promise<ReadEnd | null>;
}
