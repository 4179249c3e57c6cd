import { LENGTH_BYTES } from './prepared-order.js';

/** The frame that the library would write to cancel an order; null where it would write none. */
export type LibraryCancel = (orderId: number) => Buffer | null;

/** A value that no field has by chance. */
const MARKED_ID = 1_987_654_321;
const PROBES = [MARKED_ID, 0, 7, 20_304, 2_000_000_000];

/** Cancels by order id, for one session: what stands around the id is what the library writes at its server version. */
export class CancelEncoder {
  private constructor(
    private readonly beforeId: string,
    private readonly afterId: string,
  ) {}

  /** @returns null where the library's message is not understood: cancels go through the library */
  static of(library: LibraryCancel): CancelEncoder | null {
    const [beforeId, afterId, ...more] =
      library(MARKED_ID)?.toString('latin1', LENGTH_BYTES).split(`\0${MARKED_ID}\0`) ?? [];
    if (beforeId === undefined || afterId === undefined || more.length > 0) return null;
    const encoder = new CancelEncoder(`${beforeId}\0`, `\0${afterId}`);
    return PROBES.every((id) => {
      const expected = library(id);
      return expected !== null && encoder.encode(id)?.equals(expected) === true;
    })
      ? encoder
      : null;
  }

  /** @returns the whole message, byte for byte the library's; null for an id that the library must write */
  encode(orderId: number): Buffer | null {
    if (!Number.isSafeInteger(orderId) || orderId < 0) return null;
    const text = `${this.beforeId}${orderId}${this.afterId}`;
    const bytes = Buffer.allocUnsafe(LENGTH_BYTES + text.length);
    bytes.writeUInt32BE(text.length, 0);
    bytes.write(text, LENGTH_BYTES, 'latin1');
    return bytes;
  }
}
