import type { Socket } from 'node:net';
import type { TransportFault } from './faults/transport-fault.js';

const FLUSH_BYTES = 64 * 1024;

/**
 * Collects the frames of one burst and hands them to the socket in one write, at the latest when the running code
 * gives the event loop back. What a slow client leaves unread is counted; beyond the bound `onOverflow` is called.
 */
export class Outbox {
  /** Delivers in its own way while it is there. */
  fault: TransportFault | undefined;
  #buffer = Buffer.allocUnsafe(FLUSH_BYTES * 2);
  #used = 0;
  #scheduled = false;

  constructor(
    private readonly socket: Socket,
    private readonly bytesMax: number,
    private readonly onOverflow: () => void,
  ) {}

  /** Bytes accepted and not yet taken by the operating system. */
  get waitingBytes(): number {
    return this.socket.writableLength + this.#used + (this.fault?.heldBytes ?? 0);
  }

  /** `ascii` promises that every character is one byte, which market data is and which is faster. */
  push(message: string, encoding: 'utf8' | 'ascii' = 'utf8'): void {
    const bytesAtMost = 4 + message.length * (encoding === 'utf8' ? 3 : 1);
    if (this.#used + bytesAtMost > this.#buffer.length) this.flush();
    if (bytesAtMost > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(bytesAtMost);
    const written = this.#buffer.write(message, this.#used + 4, encoding === 'utf8' ? 'utf8' : 'latin1');
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
    if (this.socket.destroyed || this.socket.writableEnded) return;
    if (this.fault) this.fault.transmit(bytes);
    else this.socket.write(bytes);
    if (this.waitingBytes > this.bytesMax) this.onOverflow();
  }
}
