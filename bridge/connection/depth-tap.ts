/** An updateMktDepth message: IB's numbering of operation and side, price in points, size in contracts. */
export type DepthListener = (
  requestId: number,
  position: number,
  operation: number,
  side: number,
  price: number,
  size: number,
) => void;

/** The library gives up on longer messages; so they are its business. */
const FRAME_BYTES_MAX = 0xffffff;
/** `12`, NUL: the message id of updateMktDepth. */
const [ONE, TWO, NUL, POINT, ZERO, NINE] = [0x31, 0x32, 0x00, 0x2e, 0x30, 0x39];
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const FIELDS = 7;

/**
 * Takes the depth messages out of the gateway's byte stream and hands everything else on, whole frames only and in
 * order. The library spends ten times as long on a depth message, which is nearly all that a busy market sends. What is
 * not in the usual form is handed on as well: the library decodes it, or says what is wrong with it.
 */
export class DepthTap {
  private held: Buffer | null = null;
  private readonly fields = new Float64Array(FIELDS);

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
      if (isDepth(bytes, at + 4, end) && this.decode(bytes, at + 7, end)) {
        if (handedOn < at) this.handOn(bytes.subarray(handedOn, at));
        const [, requestId, position, operation, side, price, size] = this.fields;
        this.onDepth(requestId!, position!, operation!, side!, price!, size!);
        handedOn = end;
      }
      at = end;
    }
    if (handedOn < at) this.handOn(bytes.subarray(handedOn, at));
    if (at < bytes.length) this.held = Buffer.from(bytes.subarray(at));
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
      if (at === first || at - first > 15 || at >= end) return false;
      this.fields[field] = decimals > 0 ? mantissa / POWERS[decimals]! : mantissa;
      at++;
    }
    return at === end;
  }
}

function isDepth(bytes: Buffer, start: number, end: number): boolean {
  return end - start > 3 && bytes[start] === ONE && bytes[start + 1] === TWO && bytes[start + 2] === NUL;
}
