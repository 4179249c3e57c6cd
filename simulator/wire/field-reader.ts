/** A request that cannot be understood; answered with error 320, never with silence. */
export class MalformedRequest extends Error {
  constructor(
    readonly requestId: number,
    message: string,
  ) {
    super(message);
  }
}

/** IB's "no value" for numbers, beside the empty field. */
export const UNSET_DOUBLE = '1.7976931348623157E308';
const UNSET_INTEGER = 2147483647;
const TEXT_LENGTH_MAX = 4096;

/** Reads a message's fields in order; every complaint names the field and its place. */
export class FieldReader {
  #next = 0;
  /** The id that an error about this message should carry; -1 until one was read. */
  requestId = -1;

  constructor(readonly fields: readonly string[]) {}

  get left(): number {
    return this.fields.length - this.#next;
  }

  text(name: string): string {
    const value = this.fields[this.#next++];
    if (value === undefined) throw this.#complaint(name, 'is missing');
    if (value.length > TEXT_LENGTH_MAX) throw this.#complaint(name, `is longer than ${TEXT_LENGTH_MAX} characters`);
    return value;
  }

  /** A whole number that fits 32 bits; empty counts as `ifEmpty` where one is given. */
  integer(name: string, ifEmpty?: number): number {
    const text = this.text(name);
    if (text === '' && ifEmpty !== undefined) return ifEmpty;
    const value = Number(text);
    if (text === '' || !Number.isInteger(value) || Math.abs(value) > UNSET_INTEGER)
      throw this.#complaint(name, `must be a whole number of at most 2147483647, got '${text.slice(0, 40)}'`);
    return value;
  }

  /** The request's own id, remembered for errors. */
  id(name = 'reqId'): number {
    this.requestId = this.integer(name);
    return this.requestId;
  }

  /** A decimal number, or undefined for any spelling of "unset". */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    const value = text === 'Infinite' || text === 'Infinity' ? Number.POSITIVE_INFINITY : Number(text);
    if (Number.isNaN(value)) throw this.#complaint(name, `must be a number, got '${text.slice(0, 40)}'`);
    return value >= 1.79e308 && value < Number.POSITIVE_INFINITY ? undefined : value;
  }

  flag(name: string): boolean {
    const text = this.text(name).toLowerCase();
    if (text === '1' || text === 'true') return true;
    if (text === '' || text === '0' || text === 'false') return false;
    throw this.#complaint(name, `must be 0 or 1, got '${text.slice(0, 40)}'`);
  }

  skip(count: number, name: string): void {
    for (let i = 0; i < count; i++) this.text(name);
  }

  /** Skips a counted list of `width` fields each. */
  skipList(width: number, name: string): void {
    const count = this.integer(`${name} count`, 0);
    if (count < 0 || count > 1000) throw this.#complaint(name, `cannot have ${count} entries`);
    this.skip(count * width, name);
  }

  #complaint(name: string, reason: string): MalformedRequest {
    return new MalformedRequest(this.requestId, `field ${this.#next - 1} (${name}) ${reason}`);
  }
}
