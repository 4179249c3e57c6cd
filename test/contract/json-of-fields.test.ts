import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonOfFields, notJson } from '../../shared/fields/json-of-fields.js';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Names and texts that look like a name, a colon or an end. */
const text = fc.oneof(fc.string(), fc.constantFrom('":', '\\', '"', '":{', '\\":', ' :', '__proto__', ''));
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), text),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(text, tie('json'), { maxKeys: 5 }),
  ),
}));

/** As text, with white space drawn from `spaces`, and where `twice` says so with a field of an object once more. */
function written(value: Json, spaces: () => string, twice: () => boolean): string {
  if (Array.isArray(value)) return `[${value.map((one) => written(one, spaces, twice)).join(`${spaces()},`)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, inner]) => {
    const field = `${spaces()}${JSON.stringify(name)}${spaces()}:${spaces()}${written(inner, spaces, twice)}`;
    return twice() ? `${field},${JSON.stringify(name)}:0` : field;
  });
  return `{${fields.join(',')}${spaces()}}`;
}

function whyNot(line: string): string | null {
  try {
    jsonOfFields(line);
    return null;
  } catch (error) {
    return notJson(error);
  }
}

describe('JSON of fields', () => {
  const spaces = fc.infiniteStream(fc.constantFrom('', '', ' ', '\t', ' \n '));

  it('is read as JSON.parse reads it, whatever the texts in it and the spaces around them are', () => {
    fc.assert(
      fc.property(json, spaces, (value, drawn) => {
        const line = written(
          value,
          () => drawn.next().value,
          () => false,
        );
        assert.deepEqual(jsonOfFields(line), JSON.parse(line));
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused, with the name, where any object has a field twice', () => {
    fc.assert(
      fc.property(json, spaces, fc.infiniteStream(fc.boolean()), (value, drawn, twice) => {
        let isTwice = false;
        const line = written(
          value,
          () => drawn.next().value,
          () => {
            const again = twice.next().value;
            isTwice ||= again;
            return again;
          },
        );
        const why = whyNot(line);
        if (isTwice) assert.match(why ?? 'nothing', /^the field ".*" stands twice$/s);
        else assert.equal(why, null);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds a name in another spelling, and is not JSON where it is none', () => {
    assert.equal(whyNot('{"price":1,"pri\\u0063e":2}'), 'the field "price" stands twice');
    assert.equal(whyNot('{"a":1'), 'is not a JSON object');
    assert.equal(whyNot('{"a":{"b":1},"c":[{"b":1},{"b":2}]}'), null);
  });
});
