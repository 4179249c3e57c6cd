import type { Socket } from 'node:net';

const FLUSH_BYTES = 64 * 1024;

/** How bytes reach the socket; faults replace it to split, merge or withhold them. */
export type Transmit = (bytes: Buffer) => void;

/**
 * Collects the frames of one burst and hands them to the socket in one write, at the latest when the running code
 * gives the event loop back. What a slow client leaves unread is counted; beyond the bound the connection ends.
 */
export class Outbox {
  #buffer = Buffer.allocUnsafe(FLUSH_BYTES * 2);
  #used = 0;
  #scheduled = false;
  transmit: Transmit;

  constructor(
    private readonly socket: Socket,
    private readonly bytesMax: number,
    private readonly onOverflow: () => void,
  ) {
    this.transmit = (bytes) => void socket.write(bytes);
  }

  /** Bytes accepted and not yet taken by the operating system. */
  get waitingBytes(): number {
    return this.socket.writableLength + this.#used;
  }

  push(message: string): void {
    const bytesAtMost = 4 + message.length * 3;
    if (this.#used + bytesAtMost > this.#buffer.length) this.flush();
    if (bytesAtMost > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(bytesAtMost);
    const written = this.#buffer.write(message, this.#used + 4);
    this.#buffer.writeUInt32BE(written, this.#used);
    this.#used += 4 + written;
    if (this.#used >= FLUSH_BYTES) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
  }

  flush(): void {
    if (this.#used === 0) return;
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
    if (this.socket.destroyed) return;
    this.transmit(bytes);
    if (this.socket.writableLength > this.bytesMax) this.onOverflow();
  }
}
