import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

describe('CONTRIBUTING.md', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');

  it('names only files and folders that are there', () => {
    const named = [...text.matchAll(/`((?:\.?[\w-]+\/)+[\w.-]*)`/g)].map(([, place]) => place!);
    assert.ok(named.length > 30, `${named.length} names`);
    assert.deepEqual(
      named.filter((place) => !existsSync(place)),
      [],
    );
  });
  it('says what each kind of addition takes', () => {
    const kinds = [...text.matchAll(/^## To add a (.*)$/gm)].map(([, kind]) => kind);
    assert.deepEqual(kinds, [
      'format that can be imported',
      'risk rule',
      'failure',
      'command or a page',
      'format of files, or a version of one',
      'head',
      'workflow',
    ]);
  });
});
