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

  /** @returns whether the process is gone, and all of the line is on the disk */
  beforeWrite(change: DiskChange & { kind: 'write' }): boolean {
    const { moment } = this.armed ?? {};
    if (moment?.at !== 'line' || !this.isBridge() || journalDate(change.file) === null) return false;
    const text = Buffer.from(change.bytes).toString();
    if (parseRecord(text)?.kind !== moment.kind) return false;
    this.strike(moment.part, change.bytes.length, (bytes) =>
      this.day.world.disk.tear(change.file, change.bytes.subarray(0, bytes), change.position),
    );
    return moment.part === 'after';
  }

  beforeMessage(socket: VirtualSocket, kind: string, bytes: Buffer): void {
    const { moment } = this.armed ?? {};
    if (moment?.at !== 'message' || !this.isBridge() || kind !== moment.kind) return;
    this.strike(moment.part, bytes.length, (count) => socket.transmit(bytes.subarray(0, count)));
  }

  private isBridge(): boolean {
    return this.day.world.owner === this.day.host.current?.owner;
  }

  /** @param leave lets so many bytes out before the process is gone */
  private strike(part: 'before' | 'half' | 'after', length: number, leave: (bytes: number) => void): void {
    const { restartMs } = this.armed!;
    this.armed = undefined;
    const share = { before: 0, half: 0.5, after: 1 }[part];
    if (share > 0) leave(Math.floor(length * share));
    this.day.host.kill(restartMs);
  }
}
