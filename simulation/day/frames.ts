/** Whole messages out of a stream that is cut anywhere; those whose id nobody asks for are skipped undecoded. */
export class Frames {
  private rest = Buffer.alloc(0);

  constructor(private readonly ids: ReadonlySet<string>) {}

  /** @returns the fields of every wanted message that is complete now */
  take(bytes: Buffer): string[][] {
    const found: string[][] = [];
    const all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    let at = 0;
    for (;;) {
      const end = at + 4 <= all.length ? at + 4 + all.readUInt32BE(at) : Number.POSITIVE_INFINITY;
      if (end > all.length) break;
      const idEnd = all.indexOf(0, at + 4);
      if (this.ids.has(all.toString('latin1', at + 4, idEnd)))
        found.push(all.toString('utf8', at + 4, end).split('\0'));
      at = end;
    }
    this.rest = Buffer.from(all.subarray(at));
    return found;
  }
}
