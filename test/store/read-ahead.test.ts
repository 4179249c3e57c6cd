import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { ReadAhead } from '../../research/store/read-ahead.js';

describe('reading ahead', () => {
  async function* numbers(upTo: number, taken: number[], onEnd = () => {}): AsyncGenerator<number> {
    try {
      for (let n = 0; n < upTo; n++) {
        await turn();
        taken.push(n);
        yield n;
      }
    } finally {
      onEnd();
    }
  }

  it('gives every item in order, and never makes more than the limit ahead', async () => {
    const taken: number[] = [];
    const ahead = new ReadAhead(numbers(50, taken), 4);
    const got: number[] = [];
    for await (const n of ahead.items()) {
      for (let i = 0; i < 6; i++) await turn();
      assert.ok(taken.length <= got.length + 1 + 4 + 1, `${taken.length} made, ${got.length} used`);
      got.push(n);
    }
    await ahead.stop();
    assert.deepEqual(got, [...Array(50).keys()]);
  });

  it('ends its source when it is stopped, also where nothing was taken', async () => {
    for (const take of [0, 3]) {
      let ended = 0;
      const ahead = new ReadAhead(
        numbers(1000, [], () => ended++),
        2,
      );
      const items = ahead.items();
      for (let i = 0; i < take; i++) await items.next();
      await ahead.stop();
      assert.equal(ended, 1);
    }
  });

  it('throws what its source throws, after the items before it', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error('broken');
    }
    const ahead = new ReadAhead(failing(), 8);
    const items = ahead.items();
    assert.deepEqual(await items.next(), { value: 1, done: false });
    await assert.rejects(items.next(), /broken/);
    await ahead.stop();
  });
});
