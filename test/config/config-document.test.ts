import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { configDocument } from '../../shared/config/config-document.js';

describe('docs/configuration.md', () => {
  it('is what the schema says today', () => {
    const fix = 'run: node bin/believe.mjs config document > docs/configuration.md';
    assert.equal(readFileSync('docs/configuration.md', 'utf8'), configDocument(), fix);
  });
});
