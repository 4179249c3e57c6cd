import type { Socket } from 'node:net';

/** Stands between a session's outbox and its socket, and delivers in its own way until it is over. */
export interface TransportFault {
  transmit(bytes: Buffer): void;
  readonly heldBytes: number;
  /** Delivers at once what it still holds, in order. */
  release(): void;
}

/** Cuts everything into writes of `bytesPerWrite`, one a turn of the event loop. */
export class Splitting implements TransportFault {
  #held = Buffer.alloc(0);
  #isPumping = false;

  constructor(
    private readonly socket: Socket,
    private readonly bytesPerWrite: number,
  ) {}

  get heldBytes(): number {
    return this.#held.length;
  }

  transmit(bytes: Buffer): void {
    this.#held = Buffer.concat([this.#held, bytes]);
    if (!this.#isPumping) this.#pump();
  }

  release(): void {
    if (this.#held.length > 0 && this.socket.writable) this.socket.write(this.#held);
    this.#held = Buffer.alloc(0);
  }

  #pump(): void {
    this.#isPumping = this.#held.length > 0 && this.socket.writable;
    if (!this.#isPumping) return;
    this.socket.write(this.#held.subarray(0, this.bytesPerWrite));
    this.#held = this.#held.subarray(this.bytesPerWrite);
    setImmediate(() => this.#pump());
  }
}

/** Withholds everything, and delivers what came together in one write each `holdMs`; undefined: only at the end. */
export class Withholding implements TransportFault {
  #held: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined;
  heldBytes = 0;

  constructor(
    private readonly socket: Socket,
    private readonly holdMs: number | undefined,
  ) {}

  transmit(bytes: Buffer): void {
    this.#held.push(bytes);
    this.heldBytes += bytes.length;
    if (this.holdMs !== undefined) this.#timer ??= setTimeout(() => this.release(), this.holdMs);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held.length > 0 && this.socket.writable) this.socket.write(Buffer.concat(this.#held));
    this.#held = [];
    this.heldBytes = 0;
  }
}
