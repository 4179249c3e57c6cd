import type { IBApi } from '@stoqey/ib';
import { createIbApi, innerControllerOf } from './ib-api.js';

/**
 * What the library would write for a message at one server version: its own encoder, on an instance that is never
 * connected, so that nothing of what is tried here can reach a gateway.
 */
export class LibraryBytes {
  private readonly written: unknown[] = [];
  private readonly ib = createIbApi(NOWHERE, { onBroken: () => {}, onDepth: () => {} });
  private readonly isAtVersion: boolean;

  constructor(serverVersion: number) {
    const controller = innerControllerOf(this.ib);
    // What a handshake would have set.
    Reflect.set(controller.socket, '_serverVersion', serverVersion);
    Reflect.set(controller.socket, 'client', { write: (bytes: unknown) => this.written.push(bytes) });
    controller.resume?.();
    // A library that keeps its version elsewhere would write for version 0, and would do so every time.
    this.isAtVersion = serverVersion > 0 && this.ib.serverVersion === serverVersion;
  }

  /** @returns the one whole frame that the call has written; null where it failed, wrote none, several, or no frame */
  of(call: (ib: IBApi) => void): Buffer | null {
    if (!this.isAtVersion) return null;
    this.written.length = 0;
    try {
      call(this.ib);
    } catch {
      return null;
    }
    const [bytes, ...more] = this.written.splice(0);
    return more.length === 0 && isFrame(bytes) ? bytes : null;
  }
}

const NOWHERE = { host: 'nowhere.invalid', port: 1 };

function isFrame(bytes: unknown): bytes is Buffer {
  return Buffer.isBuffer(bytes) && bytes.length > 4 && bytes.readUInt32BE(0) === bytes.length - 4 && bytes.at(-1) === 0;
}
