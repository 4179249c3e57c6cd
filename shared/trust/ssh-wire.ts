/** Reads SSH's binary form (RFC 4251): nothing but what is asked for, and nothing left behind. */
export class SshWire {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** @throws RangeError where the bytes end before */
  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new RangeError('cut off');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }
}

export function sshString(bytes: Uint8Array | string): Buffer {
  const content = Buffer.from(bytes as Uint8Array);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}
