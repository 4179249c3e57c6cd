import type { DepthChange } from '../feed/depth-change.js';

/** An updateMktDepth message; its id is NaN where it is none. `words`: as it came, where it is not in the usual form. */
export type DepthListener = (requestId: number, change: DepthChange, words?: string) => void;

/** The library gives up on longer messages; so they are its business. */
const FRAME_BYTES_MAX = 0xffffff;
/** `12`, NUL: the message id of updateMktDepth. */
const [ONE, TWO, NUL, POINT, ZERO, NINE] = [0x31, 0x32, 0x00, 0x2e, 0x30, 0x39];
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const FIELDS = 7;
const WORDS_CHARACTERS_MAX = 200;

/**
 * Takes the depth messages out of the gateway's byte stream and hands everything else on, whole frames only and in
 * order. The library spends ten times as long on a depth message, which is nearly all that a busy market sends, and
 * makes numbers of what is none: an empty price becomes 0, a position of 1e3 becomes 1.
 */
export class DepthTap {
  private held: Buffer | null = null;
  private readonly fields = new Float64Array(FIELDS);
  private readonly change = { operation: 0, side: 0, position: 0, price: Number.NaN, size: Number.NaN };

  constructor(
    private readonly onDepth: DepthListener,
    private readonly handOn: (frames: Buffer) => void,
  ) {}

  push(data: Buffer): void {
    const bytes = this.held === null ? data : Buffer.concat([this.held, data]);
    this.held = null;
    let handedOn = 0;
    let at = 0;
    while (bytes.length - at >= 4) {
      const end = at + 4 + bytes.readUInt32BE(at);
      if (end - at > FRAME_BYTES_MAX) {
        at = bytes.length;
        break;
      }
      if (end > bytes.length) break;
      if (isDepth(bytes, at + 4, end)) {
        if (handedOn < at) this.handOn(bytes.subarray(handedOn, at));
        handedOn = end;
        const words = this.decode(bytes, at + 7, end) ? undefined : this.decodeUnusual(bytes, at + 7, end);
        this.tell(words);
      }
      at = end;
    }
    if (handedOn < at) this.handOn(bytes.subarray(handedOn, at));
    if (at < bytes.length) this.held = Buffer.from(bytes.subarray(at));
  }

  private tell(words: string | undefined): void {
    const { fields, change } = this;
    change.position = fields[2]!;
    change.operation = fields[3]!;
    change.side = fields[4]!;
    change.price = fields[5]!;
    change.size = fields[6]!;
    this.onDepth(fields[1]!, change, words);
  }

  /** Reads version, request id, position, operation, side, price and size. @returns false where one is no plain decimal */
  private decode(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    for (let field = 0; field < FIELDS; field++) {
      let mantissa = 0;
      let decimals = -1;
      const first = at;
      for (; at < end && bytes[at] !== NUL; at++) {
        const byte = bytes[at]!;
        if (byte === POINT && decimals < 0) decimals = 0;
        else if (byte >= ZERO && byte <= NINE) {
          mantissa = mantissa * 10 + byte - ZERO;
          if (decimals >= 0) decimals++;
        } else return false;
      }
      // Up to fifteen digits the quotient below is the float64 nearest to the decimal.
      if (at === first || at - first > 15 || at >= end || bytes[at - 1] === POINT) return false;
      this.fields[field] = decimals > 0 ? mantissa / POWERS[decimals]! : mantissa;
      at++;
    }
    return at === end;
  }

  /** As `decode`, for any message; where it has not as many fields as it should, no size is believed. @returns its words */
  private decodeUnusual(bytes: Buffer, start: number, end: number): string {
    const words = bytes.toString('latin1', start, end).split('\0');
    for (let field = 0; field < FIELDS; field++) this.fields[field] = numberOf(words[field]);
    if (words.length !== FIELDS + 1) this.fields[FIELDS - 1] = Number.NaN;
    return words.join('|').slice(0, WORDS_CHARACTERS_MAX);
  }
}

/** The number that a whole text is; NaN for anything else. */
function numberOf(text = ''): number {
  return /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

function isDepth(bytes: Buffer, start: number, end: number): boolean {
  return end - start >= 3 && bytes[start] === ONE && bytes[start + 1] === TWO && bytes[start + 2] === NUL;
}
