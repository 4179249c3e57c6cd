import { Command } from 'commander';
import { printResult } from '../cli/output.js';
import { runProgram } from '../cli/run-program.js';
import { UsageFailure } from '../shared/failure.js';
import { type BenchResult, describeMachine } from './bench-result.js';
import { BENCH_JOBS } from './jobs.js';

/** `npm run bench`: a program of its own, because it starts bridges, which no command but the bridge's may. */
async function main(words: string[]): Promise<void> {
  const jobs = Object.entries(BENCH_JOBS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  await new Command('bench')
    .description('measure against named peers in the same run')
    .exitOverride()
    .argument('[name...]', 'which benches; all of them without a name')
    .option('--json', 'print one JSON object {machine, results}')
    .addHelpText(
      'after',
      `\nEach bench measures itself and a named peer in the same run and prints the ratio:\n${jobs.join('\n')}`,
    )
    .action(async (names: string[], { json }: { json?: boolean }) => {
      const unknown = names.find((name) => !(name in BENCH_JOBS));
      if (unknown !== undefined) {
        throw new UsageFailure(`there is no bench ${unknown}`, `choose from ${Object.keys(BENCH_JOBS).join(', ')}`);
      }
      const results: BenchResult[] = [];
      for (const name of names.length > 0 ? names : Object.keys(BENCH_JOBS)) {
        const job = await BENCH_JOBS[name]!.load();
        results.push(...(await job((line) => process.stderr.write(`${line}\n`))));
      }
      const machine = describeMachine();
      printResult(json ?? false, { machine, results }, [machine, ...results.map(resultText)].join('\n'));
    })
    .parseAsync(words, { from: 'user' });
}

function resultText({ job, ours, peer, peerName, unit, ratio, aim }: BenchResult): string {
  return `${job}: ${shown(ours)} ${unit}; ${peerName}: ${shown(peer)} ${unit}; ratio ${ratio.toFixed(2)} (aim: ${aim})`;
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

await runProgram(main);
