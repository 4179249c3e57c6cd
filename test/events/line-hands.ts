import fc from 'fast-check';

/** What a line says, before anybody wrote it down; numbers as their texts. */
interface Words {
  readonly kind: 'depth' | 'trade';
  readonly tsNs: bigint;
  readonly seq: string;
  readonly op: string;
  readonly side: string;
  readonly position: string;
  readonly price: string;
  readonly size: string;
  readonly last: string | undefined;
  readonly aggressor: string;
}

const among = <T>(...values: T[]) => fc.constantFrom(...values);
const digits = (min: number, max: number) => fc.integer({ min, max }).map(String);

/** The same prices again and again, in all the forms that JSON has for them and in some that it has not. */
const price = fc.oneof(
  { weight: 16, arbitrary: among('2926', '2926.25', '2926.5', '2926.75', '2926.0', '2926.50', '0', '-0', '-1.25') },
  {
    weight: 8,
    arbitrary: among(
      '12926.25',
      '112926.25',
      '1112926.25',
      '1112926.50',
      '1112926.5',
      '12926.250',
      '-12926.25',
      '12926000',
    ),
  },
  {
    weight: 2,
    arbitrary: among('29265e-1', '2.92625e3', '2926.1', '02926', '2926.', '.5', '+1', '1e400', '"2926"', 'null'),
  },
);
const size = fc.oneof(
  { weight: 10, arbitrary: digits(0, 1200) },
  { weight: 10, arbitrary: digits(0, 99_999) },
  among('1e2', '07', '00', '-1', '1.0', '1.5', '12345678901234567890'),
);
const rarely = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) => fc.oneof({ weight: 30, arbitrary: usual }, other);

const words = fc.record({
  kind: among('depth' as const, 'depth' as const, 'trade' as const),
  /** Steps from the line before. */
  stepNs: fc.oneof(among(0n, 1n, 999n, 99_999_999_999n, 100_000_000_000n), fc.bigInt({ min: -1n, max: 10n ** 10n })),
  stepSeq: fc.oneof({ weight: 12, arbitrary: among(1, 1, 1, 2) }, among(0, 10, 9_999, 10_000, 90_000, 10 ** 12)),
  /** Zeros in front of the seq. */
  padding: rarely(among(0), among(1, 4, 5, 6)),
  op: rarely(digits(0, 2), among('3', '9', '-1', '1.0', '01')),
  side: rarely(digits(0, 1), among('2', '00', 'null')),
  position: rarely(digits(0, 12), among('255', '256', '007', '1e0')),
  price,
  size,
  last: rarely(among<string | undefined>('true', 'false', undefined), among<string | undefined>('null', '1', '"true"')),
  aggressor: rarely(among('"buy"', '"sell"', 'null'), among('"both"', '0', '""')),
});

/** How a line is written down: as depth-line.ts does it, or in another way that JSON allows, or damaged. */
type Hand = (words: Words) => string;

const asWriter: Hand = (w) =>
  w.kind === 'depth'
    ? `{"kind":"depth","ts":"${w.tsNs}","seq":${w.seq},"op":${w.op},"side":${w.side},"position":${w.position},"price":${w.price},"size":${w.size}${w.last === undefined ? '' : `,"last":${w.last}`}}`
    : `{"kind":"trade","ts":"${w.tsNs}","seq":${w.seq},"price":${w.price},"size":${w.size},"aggressor":${w.aggressor}}`;

const withoutSeq: Hand = (w) => asWriter(w).replace(/"seq":\d+,/, '');
const shuffled =
  (order: readonly number[]): Hand =>
  (w) => {
    const members = asWriter(w).slice(1, -1).split(',');
    return `{${members.sort((a, b) => (order[a.length % 7] ?? 0) - (order[b.length % 7] ?? 0)).join(',')}}`;
  };
const spaced =
  (space: string, every: number): Hand =>
  (w) =>
    asWriter(w).replace(/[:,{}]/g, (mark, at: number) => (at % every === 0 ? `${space}${mark}${space}` : mark));
const escaped =
  (at: number): Hand =>
  (w) =>
    asWriter(w).replace(/[a-z]/g, (letter, index: number) =>
      index % 17 === at ? `\\u00${letter.charCodeAt(0).toString(16)}` : letter,
    );
const repeated: Hand = (w) => asWriter(w).replace('{', `{"size":1,`);
const damaged =
  (at: number, cut: number, text: string): Hand =>
  (w) => {
    const line = asWriter(w);
    const from = at % line.length;
    return line.slice(0, from) + text + line.slice(from + cut);
  };
/** One byte is another. */
const misprinted =
  (at: number, byte: string): Hand =>
  (w) => {
    const line = asWriter(w);
    const index = at % line.length;
    return line.slice(0, index) + byte + line.slice(index + 1);
  };
const withZeroBytes: Hand = (w) => asWriter(w).replace(/"ts":"\d{8}/, `"ts":"${'\0'.repeat(8)}`);
const truncated =
  (at: number): Hand =>
  (w) =>
    asWriter(w).slice(0, at % asWriter(w).length);

const hand: fc.Arbitrary<Hand> = fc.oneof(
  { weight: 24, arbitrary: fc.constant(asWriter) },
  fc.constant(withoutSeq),
  fc.constant(repeated),
  fc.array(fc.nat(9), { minLength: 7, maxLength: 7 }).map(shuffled),
  fc.tuple(among(' ', '\t', '  ', '\r'), fc.integer({ min: 1, max: 9 })).map(([space, every]) => spaced(space, every)),
  fc.nat(16).map(escaped),
  fc
    .tuple(fc.nat(150), fc.nat(3), among('', '0', '9', '-', '"', ',', '}', '{', ':', '\0', 'ÿ', '\0\0\0\0', 'x', '\\'))
    .map(([at, cut, text]) => damaged(at, cut, text)),
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(500), among('/', ':', '.', '_', '?', '0', 'x', '}', '\0', 'ù'))
      .map(([at, byte]) => misprinted(at, byte)),
  },
  fc.constant(withZeroBytes),
  fc.nat(150).map(truncated),
  fc.constant(() => ''),
);

/** Lines as many hands would write them one after the other, most of them in the shape of depth-line.ts. */
export const linesOfManyHands: fc.Arbitrary<string[]> = fc
  .tuple(
    among(1_567_098_590_754_568_913n, 1_567_098_599_999_999_990n),
    among(2, 995, 9_990, 99_995, 123_456, 999_999_999_990),
    fc.array(fc.tuple(words, hand, rarely(among('', '\r'), among('\r\r', '\rx', '\r ', ' '))), {
      minLength: 1,
      maxLength: 40,
    }),
  )
  .map(([firstNs, firstSeq, lines]) => {
    let [tsNs, seq] = [firstNs, firstSeq];
    return lines.map(([{ stepNs, stepSeq, padding, ...rest }, write, lineEnd]) => {
      tsNs += stepNs;
      seq += stepSeq;
      return write({ ...rest, tsNs, seq: String(seq).padStart(padding, '0') }) + lineEnd;
    });
  });
