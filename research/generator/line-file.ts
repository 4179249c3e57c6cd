import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renameWithRetry, syncFolder } from '../../shared/node/disk/replace-file.js';

const BUFFER_CHARACTERS = 1 << 18;

/** A text file that appears whole or not at all, written line by line in constant memory. */
export class LineFile {
  readonly #temporary: string;
  readonly #descriptor: number;
  #buffered = '';

  constructor(readonly file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.#temporary = `${file}.${process.pid}.tmp`;
    this.#descriptor = openSync(this.#temporary, 'w');
  }

  /** @param line with its LF */
  write(line: string): void {
    this.#buffered += line;
    if (this.#buffered.length >= BUFFER_CHARACTERS) this.#flush();
  }

  /** Puts the file in its place, or in a better one of the same folder. */
  finish(file = this.file): void {
    this.#flush();
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    renameWithRetry(this.#temporary, file);
    syncFolder(path.dirname(file));
  }

  /** Forgets what was written. */
  discard(): void {
    closeSync(this.#descriptor);
    rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    writeFileSync(this.#descriptor, this.#buffered);
    this.#buffered = '';
  }
}
