import { mkdirSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bridgeStatus, type FullBridgeStatus } from '../../shared/handover/bridge-status.js';

const EVERY_MS = 1000;

/**
 * Replaces `broker/status.json` about once a second. Not fsynced: it says what is, and after a power cut there is no
 * bridge to speak of. A disk that refuses is tried again the next second.
 */
export class StatusFile {
  private readonly file: string;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private isWriting = false;

  constructor(
    folder: string,
    private readonly current: () => FullBridgeStatus,
  ) {
    mkdirSync(folder, { recursive: true });
    this.file = path.join(folder, 'status.json');
  }

  start(): void {
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
    if (this.isWriting) return;
    this.isWriting = true;
    const text = `${JSON.stringify(bridgeStatus.parse(this.current()))}\n`;
    const temporary = `${this.file}.tmp`;
    this.writing = writeFile(temporary, text)
      .then(() => renamePatiently(temporary, this.file))
      .catch(() => {})
      .finally(() => {
        this.isWriting = false;
      });
  }
}

const RENAMES_MAX = 5;

/** On Windows a rename fails while a reader holds the target open. Waits without stopping the event loop: it trades. */
async function renamePatiently(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (attempt === RENAMES_MAX) throw error;
      await sleep(10 * 2 ** attempt);
    }
  }
}
