import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { homePlaces } from '../shared/config/home-places.js';
import { processStart } from './process-start.js';

interface Owner {
  readonly pid: number;
  readonly startedAt: string;
}

const STOP_MS_MAX = 10_000;

/** `<home>/run/<name>.pid`, the id and below it the start of a process: lets the next start find and end a process that a killed supervisor left behind. */
export class PidFile {
  private readonly file: string;

  constructor(
    home: string,
    readonly name: string,
  ) {
    this.file = path.join(homePlaces(home).run, `${name}.pid`);
  }

  /** Where nothing can be learnt of the process nothing is written: it may then be left over, never mistaken. */
  write(pid: number): void {
    const startedAt = processStart(pid);
    if (startedAt === null) return;
    mkdirSync(path.dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${pid}\n${startedAt}\n`);
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }

  /** The process that was written down, where it is still that one: a pid is given again, to whatever program comes. */
  running(): number | null {
    const found = this.read();
    return found !== null && processStart(found.pid) === found.startedAt ? found.pid : null;
  }

  /** Ends a process that an earlier supervisor started and did not live to stop. */
  async endOrphan(): Promise<void> {
    const pid = this.running();
    if (pid === null) return;
    endBy(pid, 'SIGTERM');
    for (let waitedMs = 0; this.running() === pid; waitedMs += 100) {
      if (waitedMs > STOP_MS_MAX) endBy(pid, 'SIGKILL');
      await pause(100);
    }
  }

  private read(): Owner | null {
    try {
      const [pid, startedAt = ''] = readFileSync(this.file, 'utf8').split('\n');
      return Number(pid) > 1 && startedAt !== '' ? { pid: Number(pid), startedAt } : null;
    } catch {
      return null;
    }
  }
}

/** It may have ended in between. */
function endBy(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {}
}
