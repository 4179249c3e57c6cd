import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Failure } from '../../shared/failure.js';
import { renderFailureDocs } from '../../shared/failure-docs.js';
import { FAILURE_TYPES, type FailureType, RETRY_HELPS } from '../../shared/failure-types.js';
import { productSource, secondMeanings, thrownIn } from './thrown-failures.js';

const LIST = 'shared/failure-types.ts';

describe('the list of failures', () => {
  const source = productSource();
  const thrown = [...source].filter(([file]) => file !== LIST).flatMap(([file, text]) => thrownIn(file, text));
  const listed = Object.keys(FAILURE_TYPES);

  it('has each type that the product throws, and no other', () => {
    const types = new Set(thrown.map(({ type }) => type));
    assert.deepEqual(
      listed.filter((type) => !types.has(type)),
      [],
      'listed, and thrown nowhere',
    );
    const stray = thrown.filter(({ type, by }) => by !== null && !listed.includes(type));
    assert.deepEqual(stray, [], 'a class with a type that is not listed');
  });

  it('gives each type one meaning: at most one class, and nothing else makes what a class stands for', () => {
    assert.deepEqual(secondMeanings(thrown), []);
  });

  it('would notice two classes of one type, and a type by its name beside its class', () => {
    const text = `
      class One extends Failure { constructor() { super('BadKey', ''); } }
      class Other extends Failure { constructor() { super(isOld ? 'BadKey' : 'NoShip', ''); } }
      throw new Failure('BadKey', '');`;
    const planted = thrownIn('a.ts', text);
    assert.deepEqual(
      planted.map(({ type, by, at }) => `${type} ${by} ${at}`),
      ['BadKey One a.ts:2', 'BadKey Other a.ts:3', 'NoShip Other a.ts:3', 'BadKey Failure a.ts:4'],
    );
    assert.deepEqual(secondMeanings(planted), [
      'BadKey is One (a.ts:2) and Other (a.ts:3)',
      'a.ts:4 makes BadKey by its name: it is One',
    ]);
  });

  it('does not count a type that is only compared with, or named in a comment', () => {
    assert.deepEqual(thrownIn('a.ts', "// 'NoShip'\nif (failure.type === 'NoShip') raise('NoAnswer');"), []);
  });

  it('is in order, each with a meaning and a next step that say something', () => {
    assert.deepEqual(
      listed,
      [...listed].sort((a, b) => (a < b ? -1 : 1)),
    );
    for (const [type, texts] of Object.entries(FAILURE_TYPES))
      for (const text of texts) assert.ok(text.length >= 8, type);
  });

  it('says of each type whether to try again, and the failure says the same', () => {
    for (const type of listed as FailureType[])
      assert.equal(new Failure(type, '').retryable, RETRY_HELPS.has(type), type);
  });

  it('is docs/failures.md', () => {
    assert.equal(
      readFileSync('docs/failures.md', 'utf8'),
      renderFailureDocs(),
      'run: node scripts/generate-failures.mjs',
    );
  });

  it('holds for what crosses Temporal: one place in workflows and one in steps turns a type into a failure of Temporal', () => {
    const makers = [...source].filter(([, text]) => /ApplicationFailure\.\w+\(/.test(text)).map(([file]) => file);
    assert.deepEqual(makers.sort(), ['activities/step.ts', 'workflows/steps/refusal.ts']);
    const lists = [...source].filter(([, text]) => text.includes('nonRetryableErrorTypes')).map(([file]) => file);
    assert.deepEqual(lists, [], 'whether to try again is a property of the type: RETRY_HELPS');
  });
});
