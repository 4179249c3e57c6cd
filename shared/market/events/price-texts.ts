const SLOTS_BITS = 12;
const TEXT_BYTES_MAX = 8;

const { imul } = Math;

/**
 * What price texts seen lately mean, in ticks. A market shows the same few dozen prices again and again: the first eight
 * bytes of one are found faster than its digits are read. A slot holds the last text that fell on it.
 *
 * A text shorter than eight bytes is kept with the beginning of what follows, so who finds one must look whether the
 * same follows behind `lengthBytes`.
 */
export class PriceTexts {
  readonly ticks = new Int32Array(1 << SLOTS_BITS);
  readonly lengthBytes = new Int32Array(1 << SLOTS_BITS);
  /** Eight bytes as one number: equal where the bytes are. NaN, which equals nothing, where a slot is empty. */
  private readonly texts = new Float64Array(1 << SLOTS_BITS).fill(Number.NaN);

  /** The slot of the text at an offset; -1 where it is not known. */
  find(view: DataView, at: number): number {
    const slot = slotOf(view, at);
    return this.texts[slot] === view.getFloat64(at, true) ? slot : -1;
  }

  learn(view: DataView, at: number, lengthBytes: number, ticks: number): void {
    if (lengthBytes > TEXT_BYTES_MAX) return;
    const slot = slotOf(view, at);
    this.texts[slot] = view.getFloat64(at, true);
    this.lengthBytes[slot] = lengthBytes;
    this.ticks[slot] = ticks;
  }
}

function slotOf(view: DataView, at: number): number {
  const mixed = view.getInt32(at, true) ^ imul(view.getInt32(at + 4, true), 0x85eb_ca77);
  return imul(mixed, 0x9e37_79b1) >>> (32 - SLOTS_BITS);
}
