import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { plainNumberOf } from '../../shared/fields/plain-number.js';

const NOUNS = fileURLToPath(new URL('../../cli/nouns', import.meta.url));

/** Placeholders of options and arguments that are free texts; what any other stands for is checked by its parser. */
const TEXTS = new Set(
  'a,address,b,bundle,contract,dir,file,fingerprint,folder,id,matching,name,name or keyid,path,reason,sha256,steps,symbol,tarball,text'.split(
    ',',
  ),
);
const DATES = new Set(['date']);
const TIMES = new Set(['time']);
/** Model versions, as people write them too: `v7`. */
const MODEL_VERSIONS = new Set(['release card <version>', 'release diff <from>', 'release diff <to>']);

interface Place {
  readonly where: string;
  readonly placeholder: string;
  readonly parse: ((text: string, before: unknown) => unknown) | undefined;
}

/** Every option and argument of every command that takes a value. */
async function placesOfTree(): Promise<Place[]> {
  const places: Place[] = [];
  for (const file of readdirSync(NOUNS).filter((name) => name.endsWith('.js'))) {
    const noun = new Command(path.basename(file, '.js'));
    const { register } = (await import(pathToFileURL(path.join(NOUNS, file)).href)) as {
      register(noun: Command): void;
    };
    register(noun);
    collect(noun, noun.name(), places);
  }
  return places;
}

function collect(command: Command, name: string, places: Place[]): void {
  for (const option of command.options) {
    const placeholder = /[<[]([^>\].]+)/.exec(option.flags)?.[1];
    if (placeholder === undefined) continue;
    places.push({ where: `${name} ${option.long}`, placeholder, parse: option.parseArg });
  }
  for (const argument of command.registeredArguments)
    places.push({ where: `${name} <${argument.name()}>`, placeholder: argument.name(), parse: argument.parseArg });
  for (const one of command.commands) collect(one, `${name} ${one.name()}`, places);
}

describe('numbers and times on the command line', () => {
  let places: Place[];
  before(async () => {
    places = await placesOfTree();
  });

  const isNumber = ({ parse, placeholder }: Place) => !TEXTS.has(placeholder) && accepts(parse, '3') !== undefined;

  it('are read by a parser, each of them', () => {
    const free = places.filter(({ placeholder, parse }) => !TEXTS.has(placeholder) && parse === undefined);
    assert.deepEqual(free, []);
    assert.ok(places.filter(isNumber).length >= 20, 'numbers');
    assert.ok(places.filter(({ placeholder }) => DATES.has(placeholder)).length >= 8, 'dates');
    assert.equal(places.filter(({ placeholder }) => TIMES.has(placeholder)).length, 2);
  });

  it('are plain decimals or refused, over all texts', () => {
    const numbers = places.filter(isNumber);
    const odd = [
      '0x10',
      '0b1',
      '1e3',
      ' 5',
      '5 ',
      '5.',
      '.5',
      '+5',
      '1_000',
      '1,5',
      '',
      ' ',
      '-',
      'NaN',
      'Infinity',
      '٣',
      '5\n',
    ];
    const nearNumbers = fc.stringMatching(/^[-+ ]?[0-9a-fxob_.,eE]{0,6} ?$/);
    const texts = fc.oneof(fc.constantFrom(...odd), nearNumbers, fc.string({ maxLength: 8 }), fc.double().map(String));
    fc.assert(
      fc.property(fc.constantFrom(...numbers), texts, ({ where, parse }, text) => {
        const value = accepts(parse, text);
        if (typeof value !== 'number') return;
        const plain = MODEL_VERSIONS.has(where) ? text.replace(/^v/, '') : text;
        assert.match(plain, /^-?[0-9]+(\.[0-9]+)?$/, `${where} takes ${JSON.stringify(text)}`);
        assert.equal(value, Number(plain));
      }),
      { numRuns: 3000 },
    );
    for (const text of odd)
      for (const { where, parse } of numbers) assert.equal(accepts(parse, text), undefined, `${where} takes "${text}"`);
  });

  it('are model versions with or without their v', () => {
    const versions = places.filter(({ parse }) => accepts(parse, 'v7') !== undefined && accepts(parse, '7') === 7);
    assert.deepEqual(new Set(versions.map(({ where }) => where)), MODEL_VERSIONS);
    for (const { parse, where } of versions)
      assert.deepEqual(
        [accepts(parse, 'v7'), accepts(parse, 'vv7'), accepts(parse, '7v')],
        [7, undefined, undefined],
        where,
      );
  });

  it('are days that there are, over all years, months and days', () => {
    const field = fc.integer({ min: 0, max: 40 });
    const dates = places.filter(({ placeholder }) => DATES.has(placeholder));
    fc.assert(
      fc.property(
        fc.constantFrom(...dates),
        fc.integer({ min: 2000, max: 2100 }),
        field,
        field,
        (place, year, month, day) => {
          const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
          assert.equal(accepts(place.parse, text), isDay(text) ? text : undefined, `${place.where} ${text}`);
        },
      ),
      { numRuns: 3000 },
    );
    for (const { where, parse } of dates)
      for (const text of ['2025-7-3', '20250703', '2025-07-03T00:00:00Z', ' 2025-07-03', '1751500800000', 'today', ''])
        assert.equal(accepts(parse, text), undefined, `${where} takes "${text}"`);
  });

  it('are moments that there are, with their zone', () => {
    const [at] = places.filter(({ placeholder }) => TIMES.has(placeholder));
    const field = fc.integer({ min: 0, max: 99 }).map((value) => String(value).padStart(2, '0'));
    fc.assert(
      fc.property(fc.tuple(field, field, field, field, field), fc.constantFrom('Z', '+02:00', ''), (fields, zone) => {
        const [month, day, hour, minute, second] = fields;
        const date = `2024-${month}-${day}`;
        const isMoment = isDay(date) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 && zone !== '';
        const text = `${date}T${hour}:${minute}:${second}${zone}`;
        assert.equal(accepts(at!.parse, text), isMoment ? Date.parse(text) : undefined, text);
      }),
      { numRuns: 3000 },
    );
  });
});

/** What a parser makes of a text; undefined where it refuses. */
function accepts(parse: Place['parse'], text: string): unknown {
  try {
    return parse?.(text, undefined);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return undefined;
    throw error;
  }
}

/** JavaScript carries what is too much into the next month. */
function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

describe('a plain decimal', () => {
  it('is the number that is written, and nothing that only programs write', () => {
    for (const [text, value] of [
      ['5', 5],
      ['-0.25', -0.25],
      ['007', 7],
      ['12345678.5', 12_345_678.5],
    ] as const)
      assert.equal(plainNumberOf(text), value);
    assert.ok(Number.isNaN(plainNumberOf('9'.repeat(400))));
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 10 ** 9 }), (whole, fraction) =>
        assert.equal(plainNumberOf(`${whole}.${fraction}`), Number.parseFloat(`${whole}.${fraction}`)),
      ),
    );
  });
});
