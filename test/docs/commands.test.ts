import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { renderCommandDocs } from '../../cli/docs/command-docs.js';
import { everyName, runbooksOf, withNames } from '../../cli/docs/runbook-docs.js';
import { wholeProgram } from '../../cli/program.js';
import { fencedCommands, refusalOf } from './fenced-commands.js';

const read = (page: string) => readFileSync(page, 'utf8');
const PAGES = { bridge: read('docs/bridge.md'), monitoring: read('docs/monitoring.md') };

describe('docs/commands.md', () => {
  it('is what commander says today', async () => {
    assert.equal(
      renderCommandDocs(await wholeProgram()),
      read('docs/commands.md'),
      'run: node scripts/generate-commands.mjs',
    );
  });
});

describe('docs/runbooks.md', () => {
  const page = read('docs/runbooks.md');

  it('has the index that the lists make today', () => {
    assert.equal(withNames(page, PAGES), page, 'run: node scripts/generate-runbooks.mjs');
  });

  it('has steps for names that there are', () => {
    const names = new Set(everyName(PAGES).map(({ name }) => name));
    const unknown = runbooksOf(page).flatMap(({ names: named }) => named.filter((name) => !names.has(name)));
    assert.deepEqual(unknown, []);
  });

  it('has steps for everything that wakes somebody', () => {
    const covered = new Set(runbooksOf(page).flatMap(({ names }) => names));
    const without = everyName(PAGES).filter(({ name, wakes }) => wakes && !covered.has(name));
    assert.deepEqual(
      without.map(({ name }) => name),
      [],
    );
  });
});

describe('commands on the pages', () => {
  for (const page of ['README.md', 'docs/first-hour.md', 'docs/operators-day.md', 'docs/runbooks.md'])
    it(`of ${page} are taken by the command line`, async () => {
      const commands = fencedCommands(read(page));
      assert.ok(commands.length >= 5, `${commands.length} commands found`);
      const refused: string[] = [];
      for (const { line, text, words } of commands) {
        const refusal = await refusalOf(await wholeProgram(), words);
        if (refusal !== null) refused.push(`${page}:${line}: ${text}: ${refusal}`);
      }
      assert.deepEqual(refused, []);
    });

  it('are found and judged', async () => {
    const page = [
      '```',
      'npx believe ship aprove --reason "x y" # why',
      'believe ship approve',
      '```',
      'believe ship',
      '```',
      'npm start -- --onec',
      'believe path',
      '$ believe alarm ls | cat',
      '```',
    ].join('\n');
    const commands = fencedCommands(page);
    assert.deepEqual(commands[0]?.words, ['ship', 'aprove', '--reason', 'x y']);
    const refusals = [];
    for (const { words } of commands) refusals.push(await refusalOf(await wholeProgram(), words));
    assert.deepEqual(
      refusals.map((refusal) => refusal !== null),
      [true, true, true, true, false],
    );
    assert.match(refusals[1] ?? '', /--reason/);
  });
});
