import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runCommand } from '../../setup/run-command.js';
import { buildStudy, missingTools, type StudyVariant } from '../../sierra/build-study.js';
import { show, skipped } from './test-title.js';

/** The whole study, so many of each: BELIEVE_STUDY_EVENTS=1000000 npm test -- study/sanitizers. ThreadSanitizer is slow. */
const WHOLE = Number(process.env.BELIEVE_STUDY_EVENTS || 0);
const EVENTS = { address: WHOLE || 400_000, thread: WHOLE || 100_000 } as const;
const LIMIT_MS = 280_000;
const PROGRAM = 'random-events';

describe('the core of the study', function () {
  this.timeout(300_000);
  let folder: string;
  let seed: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-study-'));
    seed = String(Math.floor(Math.random() * 2 ** 32));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('turns one book into another by the fewest operations', async function () {
    const { stdout, stderr } = spawnSync(path.join(await built(this, 'native', 'book-diffs'), 'book-diffs'), {
      encoding: 'utf8',
    });
    assert.equal(stdout, '100000 pairs\n', stderr);
  });

  it('writes what it was told of random events, under AddressSanitizer, UBSan and ThreadSanitizer', async function () {
    const variants = Object.keys(EVENTS) as (keyof typeof EVENTS)[];
    // One after the other: two compilers at once would only share the processors.
    for (const variant of variants) await built(this, variant, PROGRAM);
    const runs = await Promise.all(variants.map((variant) => randomEvents(this, variant)));
    show(this, runs.join('; '));
  });

  async function randomEvents(test: Mocha.Context, variant: keyof typeof EVENTS): Promise<string> {
    const program = path.join(await built(test, variant, PROGRAM), PROGRAM);
    const words = [path.join(folder, variant), String(EVENTS[variant]), seed];
    const outcome = await runCommand(program, words, { timeLimitMs: LIMIT_MS });
    assert.equal(outcome.status, 0, `seed ${seed}: ${outcome.stderr.slice(-4000)}`);
    const { expected, dropped, gaps, resets } = JSON.parse(outcome.stdout);
    // Less what was nonsense or changed nothing; a rush drops some, and then says so.
    assert.ok(expected + dropped > 0.7 * EVENTS[variant] && resets > 1 && gaps > resets);
    return `${variant}: ${expected} in the files, ${dropped} dropped behind ${resets - 1} resets`;
  }
});

async function built(test: Mocha.Context, variant: StudyVariant, target: string): Promise<string> {
  const missing = await missingTools(variant);
  return missing === undefined ? buildStudy(variant, [target]) : skipped(test, missing);
}
