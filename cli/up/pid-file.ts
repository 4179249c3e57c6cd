import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** `<home>/run/<name>.pid`: lets the next start find and end a process that a killed supervisor left behind. */
export class PidFile {
  private readonly file: string;

  constructor(
    private readonly home: string,
    readonly name: string,
  ) {
    this.file = path.join(home, 'run', `${name}.pid`);
  }

  write(pid: number): void {
    mkdirSync(path.dirname(this.file), { recursive: true });
    writeFileSync(this.file, `${pid}\n`);
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }

  /** The process of the file, where it still runs and its command line names this home folder. */
  running(): number | null {
    let pid: number;
    try {
      pid = Number(readFileSync(this.file, 'utf8'));
    } catch {
      return null;
    }
    return Number.isInteger(pid) && pid > 1 && isAlive(pid) && this.isOurs(pid) ? pid : null;
  }

  /** Ends a process that an earlier supervisor started and did not live to stop. */
  async endOrphan(): Promise<void> {
    const pid = this.running();
    if (pid === null) return;
    process.kill(pid, 'SIGTERM');
    for (let waitedMs = 0; isAlive(pid); waitedMs += 100) {
      if (waitedMs > 10_000) process.kill(pid, 'SIGKILL');
      await pause(100);
    }
  }

  /** A pid is reused after a reboot: only a command line that names our home counts. */
  private isOurs(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.home);
    } catch {
      return false;
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
