import { mkdirSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bridgeStatus, type FullBridgeStatus } from '../../shared/contract/bridge-status.js';
import { renamePatiently } from '../disk/replace-in-background.js';

const EVERY_MS = 1000;

/** Blocks of a file system. The text is filled up with spaces to whole ones, with some to spare. */
const BLOCK_BYTES = 4096;
const SPARE_BYTES = 1024;

/**
 * Replaces `broker/status.json` about once a second. Not fsynced: it says what is, and after a power cut there is no
 * bridge to speak of. A full disk has no room for a second file, and must not silence the bridge: then the text is
 * written over the old one, whose room it has.
 */
export class StatusFile {
  private readonly file: string;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isWriting = false;
  private current: (() => FullBridgeStatus) | undefined;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, 'status.json');
  }

  start(current: () => FullBridgeStatus): void {
    this.current = current;
    this.timer = setInterval(() => this.write(), EVERY_MS);
    this.write();
  }

  /** Writes once more, so that the last word is that the bridge is down. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    this.write();
    await this.writing;
  }

  private write(): void {
    if (this.isWriting || !this.current) return;
    this.isWriting = true;
    const text = inWholeBlocks(JSON.stringify(bridgeStatus.parse(this.current())));
    const temporary = `${this.file}.tmp`;
    this.writing = writeFile(temporary, text)
      .then(() => renamePatiently(temporary, this.file))
      .catch(() => this.writeOver(text))
      .catch(() => {})
      .finally(() => {
        this.isWriting = false;
      });
  }

  private async writeOver(text: string): Promise<void> {
    if ((await stat(this.file)).size === Buffer.byteLength(text)) await writeFile(this.file, text, { flag: 'r+' });
  }
}

function inWholeBlocks(json: string): string {
  const sizeBytes = Math.ceil((Buffer.byteLength(json) + SPARE_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
  return `${json}${' '.repeat(sizeBytes - Buffer.byteLength(json) - 1)}\n`;
}
