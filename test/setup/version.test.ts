import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAtLeast, versionIn } from '../../setup/version.js';

describe('version', () => {
  it('is found in what programs print', () => {
    const said: [string, string | undefined][] = [
      ['rsync  version 3.5.0  protocol version 32', '3.5.0'],
      ['rsync  version v3.5.0pre1  protocol version 32', '3.5.0'],
      ['go version go1.26.8 linux/amd64', '1.26.8'],
      ['Python 3.11.7', '3.11.7'],
      ['OpenSSL 3.0 30 Jan 2024', '3.0'],
      ['no number here', undefined],
    ];
    for (const [text, version] of said) assert.equal(versionIn(text), version, text);
  });
  it('is compared number by number, not as text', () => {
    assert.equal(isAtLeast('3.10.0', '3.9.0'), true);
    assert.equal(isAtLeast('3.4.1', '3.5.0'), false);
    assert.equal(isAtLeast('3.5', '3.5.0'), true);
  });
  it('is ordered totally: of two different versions exactly one is at least the other', () => {
    const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99));
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [left, right] = [a.join('.'), b.join('.')];
        assert.equal(isAtLeast(left, right) && isAtLeast(right, left), left === right);
        assert.equal(isAtLeast(left, right) || isAtLeast(right, left), true);
      }),
    );
  });
});
