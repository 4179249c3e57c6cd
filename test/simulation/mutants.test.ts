import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { MUTANTS } from '../../simulation/mutations/mutants.js';

describe('the mutants', () => {
  it('fit the code: each text to replace is there, once', () => {
    const texts = MUTANTS.flatMap(({ name, patches, defect = [] }) =>
      [...patches, ...defect].map(({ file, find }) => ({ name, file, find })),
    );
    const wrong = texts.filter(({ file, find }) => {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      return text.split(find).length !== 2;
    });
    assert.deepEqual(wrong, []);
  });
});
