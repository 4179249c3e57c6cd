import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { MUTANTS, mutantOf } from '../../simulation/mutations/mutants.js';
import { parseKeptDays } from '../../simulation/run/kept-day.js';
import { untilNoticed } from '../../simulation/run/run-mutants.js';

/** What days of these seeds were drawn without when they were found. */
const SLOTS = 'power-cut-behind-order,killed-at-slot,killed-behind-order';
const ADDED_SINCE = `refused-and-left-out-of-a-look,${SLOTS}`;

/** As it was found, whatever its seed draws now. */
const KEPT = 'kept';
const keptDays = parseKeptDays(readFileSync('test/simulation/seeds.json', 'utf8')).map(({ plan }) => plan);

/** Those that few days notice; the table of all is made by `npm run simulate -- --mutations`. */
const NOTICED = [
  ['refusal-is-a-claim', 21, 'exposure'],
  ['reconcile-second-look', 53, 'open-orders'],
  ['double-order', 370, 'twin-untold'],
  ['reconcile-end-untold', 9155, 'exposure', ADDED_SINCE],
  ['works-again', 8887, 'open-orders', KEPT],
  ['other-perm-id', 18_697, 'halted-works', ADDED_SINCE],
  ['far-price', 18_670, 'daily-loss'],
  ['new-connection-looks', 498, 'exposure'],
  ['slot-on-disk', 14, 'order-not-on-disk', ''],
  ['slot-in-doubt', 76, 'needless-alarm', ''],
  ['rule-halted', 5, 'halted-opens'],
  ['closing-on-record', 164, 'left-open'],
] as const;

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

  for (const [name, seed, invariant, without = SLOTS] of NOTICED)
    it(`are noticed: ${name}, on day ${seed}`, async () => {
      const { patches, defect = [] } = mutantOf(name);
      const ask = { from: seed, jobs: 1, forgives: '', without, plans: without === KEPT ? keptDays : [] };
      const { first } = await untilNoticed([...patches, ...defect], ask, 1);
      assert.equal(first?.violation.invariant, invariant);
    });
});
