import { journalDate, parseRecord } from '../invariants/journal-watch.js';
import type { KillMoment } from '../plan/plan.js';
import type { DiskChange } from '../world/virtual-disk.js';
import type { VirtualSocket } from '../world/virtual-socket.js';
import type { Day } from './day.js';

/** Kills the bridge in the middle of its work: at a line of its journal, or at a message to the gateway. */
export class KillTrigger {
  private armed: { readonly moment: KillMoment; readonly restartMs: number } | undefined;

  constructor(private readonly day: Day) {}

  arm(moment: KillMoment, restartMs: number): void {
    if (moment.at === 'once') this.day.host.kill(restartMs);
    else this.armed = { moment, restartMs };
  }

  disarm(): void {
    this.armed = undefined;
  }

  beforeWrite(change: DiskChange & { kind: 'write' }): void {
    const { moment } = this.armed ?? {};
    if (moment?.at !== 'line' || !this.isBridge() || journalDate(change.file) === null) return;
    const text = Buffer.from(change.bytes).toString();
    if (parseRecord(text)?.kind !== moment.kind) return;
    const { disk } = this.day.world;
    this.strike(moment.part, () =>
      disk.tear(change.file, change.bytes.subarray(0, change.bytes.length / 2), change.position),
    );
  }

  beforeMessage(socket: VirtualSocket, kind: string, bytes: Buffer): void {
    const { moment } = this.armed ?? {};
    if (moment?.at !== 'message' || !this.isBridge() || kind !== moment.kind) return;
    this.strike(moment.part, () => socket.transmit(bytes.subarray(0, bytes.length / 2)));
  }

  private isBridge(): boolean {
    return this.day.world.owner === this.day.host.current?.owner;
  }

  private strike(part: 'before' | 'half' | 'after', half: () => void): void {
    const { restartMs } = this.armed!;
    const { world, host } = this.day;
    const { owner } = world;
    this.armed = undefined;
    if (part === 'half') half();
    if (part !== 'after') host.kill(restartMs);
    // As soon as the present call is done, and before anything else of the process is.
    else
      world.nextTick(() => {
        if (owner.isAlive) host.kill(restartMs);
      });
  }
}
