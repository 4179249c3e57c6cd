/** What ends with the process that opened it. */
export interface Held {
  /** @param isKill the process was killed: nobody says goodbye */
  release(isKill: boolean): void;
}

/** One process of the virtual world: whatever runs, runs for an owner. A dead owner's code has no effect any more. */
export class Owner {
  /** Sockets, servers, open files, locks. */
  readonly held = new Set<Held>();
  /** Timers and listeners that keep the process from ending by itself. */
  keptAlive = 0;
  private alive = true;

  constructor(
    readonly name: string,
    readonly pid: number,
  ) {}

  get isAlive(): boolean {
    return this.alive;
  }

  /** SIGKILL, or the end of the process. What it had scheduled never happens. */
  end(isKill: boolean): void {
    if (!this.alive) return;
    this.alive = false;
    for (const held of [...this.held]) held.release(isKill);
    this.held.clear();
  }
}
