/** A frame is a 4-byte big-endian length, then that many bytes: UTF-8 fields, each closed by a NUL. */
export const FRAME_BYTES_MAX = 1 << 20;

/** A peer broke the framing itself, so nothing after it can be understood: the connection must end. */
export class ProtocolViolation extends Error {}

/**
 * Cuts a TCP byte stream into frames, wherever TCP split or merged it.
 * Holds at most one unfinished frame: at most FRAME_BYTES_MAX + 4 bytes plus the newest chunk.
 */
export class FrameReader {
  #buffer = Buffer.alloc(4096);
  #start = 0;
  #end = 0;

  get bufferBytes(): number {
    return this.#buffer.length;
  }

  push(chunk: Buffer): void {
    this.#makeRoom(chunk.length);
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }

  /** Exactly `byteCount` raw bytes, once they are here. */
  takeBytes(byteCount: number): Buffer | undefined {
    if (this.#end - this.#start < byteCount) return undefined;
    const taken = Buffer.from(this.#buffer.subarray(this.#start, this.#start + byteCount));
    this.#start += byteCount;
    return taken;
  }

  /** The next whole frame without its length, or undefined. @throws ProtocolViolation on an impossible length */
  takeFrame(): Buffer | undefined {
    if (this.#end - this.#start < 4) return undefined;
    const lengthBytes = this.#buffer.readUInt32BE(this.#start);
    if (lengthBytes === 0 || lengthBytes > FRAME_BYTES_MAX)
      throw new ProtocolViolation(`a frame of ${lengthBytes} bytes was announced; 1 to ${FRAME_BYTES_MAX} are allowed`);
    if (this.#end - this.#start < 4 + lengthBytes) return undefined;
    this.#start += 4;
    return this.takeBytes(lengthBytes);
  }

  #makeRoom(byteCount: number): void {
    const usedBytes = this.#end - this.#start;
    if (this.#end + byteCount <= this.#buffer.length) return;
    const target =
      usedBytes + byteCount <= this.#buffer.length / 2
        ? this.#buffer
        : Buffer.alloc(2 ** Math.ceil(Math.log2((usedBytes + byteCount) * 2)));
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#start = 0;
    this.#end = usedBytes;
  }
}

/** What may stand in a field; undefined is the empty string, which readers take as "unset". */
export type Field = string | number | boolean | undefined;

/** The text of a message: every field closed by a NUL, so that no reader carries a tail over. */
export function encodeFields(fields: readonly Field[]): string {
  let text = '';
  for (const field of fields) {
    if (field === true) text += '1\0';
    else if (field === false) text += '0\0';
    else if (field === undefined) text += '\0';
    else text += `${field}\0`;
  }
  return text;
}
