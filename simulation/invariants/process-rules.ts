import type { Incarnation } from '../day/bridge-host.js';
import type { Day } from '../day/day.js';
import { DISK_ROOT, type DiskChange } from '../world/virtual-disk.js';
import type { Report } from './violation.js';

/** What a start that failed may still need to undo what it had begun. */
const UNDO_MS = 1000;

/** One bridge at a time, and none that is half started. */
export class ProcessRules {
  constructor(
    private readonly day: Day,
    private readonly report: Report,
  ) {}

  look(): void {
    const { alive } = this.day.host;
    const running = alive.filter((incarnation) => incarnation.running);
    if (running.length > 1)
      this.report('two-bridges', `${running.map(({ owner }) => owner.name).join(' and ')} run on one home`);
  }

  onDisk({ file, kind }: DiskChange): void {
    const { world, host } = this.day;
    const writer = host.incarnations.find(({ owner }) => owner === world.owner);
    if (!writer || kind === 'sync' || !file.startsWith(DISK_ROOT)) return;
    if (writer.failed && world.nowMs - writer.failed.atMs > UNDO_MS)
      this.report('half-started', `${writer.owner.name} did not start (${reasonOf(writer)}), and still writes ${file}`);
    const other = host.alive.find((incarnation) => incarnation.running && incarnation !== writer);
    if (other && /journal|capture|armed|swaps/.test(file))
      this.report('two-bridges', `${writer.owner.name} writes ${file}, while ${other.owner.name} runs`);
  }
}

function reasonOf({ failed }: Incarnation): string {
  const { error } = failed!;
  return error instanceof Error ? error.message : String(error);
}
