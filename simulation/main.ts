import './world/install.js';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { plainNumberOf } from '../shared/fields/plain-number.js';
import { runDay } from './day/run-day.js';
import { forgive } from './invariants/forgiven.js';
import { drawPlan } from './plan/draw-plan.js';
import type { Plan } from './plan/plan.js';
import { type KeptDay, parseKeptDays } from './run/kept-day.js';
import { runMany } from './run/run-many.js';
import { runMutants } from './run/run-mutants.js';
import { shrink } from './run/shrink.js';
import { tracer } from './run/trace.js';
import { activeWorld } from './world/world.js';

const USAGE = `npm run simulate -- [--seeds N] [--from K] [--jobs J] [--json]   N days from seed K on
npm run simulate -- --seed S [--trace] [--shrink]                 one day
  --keep WHAT     also add its plan, with what it found, to test/simulation/seeds.json
npm run simulate -- --kept N [--trace]                            day N of test/simulation/seeds.json, 0 is the first
  --forgive A,B   invariants that are not looked at
  --without A,B   kinds of steps that are not drawn
npm run simulate -- --mutations [--mutate NAME,NAME] [--seeds N]  each protection off in turn, until a day notices
`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: String(os.availableParallelism()) },
    json: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    keep: { type: 'string' },
    kept: { type: 'string' },
    forgive: { type: 'string', default: '' },
    without: { type: 'string', default: '' },
    mutations: { type: 'boolean', default: false },
    mutate: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<boolean> {
  if (values.help) {
    process.stdout.write(USAGE);
    return true;
  }
  forgive(values.forgive);
  if (values.kept !== undefined) return runOne(readKept()[whole(values.kept)]!.plan);
  if (values.seed !== undefined) return runOne(drawPlan(whole(values.seed), new Set(values.without.split(','))));
  const many = {
    ...{ from: whole(values.from), count: whole(values.seeds ?? '100'), jobs: whole(values.jobs) },
    ...{ json: values.json, forgives: values.forgive, without: values.without },
  };
  return values.mutations ? runMutants({ ...many, names: values.mutate }) : runMany(many);
}

/** One day: as it is drawn, or its smallest part that breaks the same invariant; told in full where asked for. */
async function runOne(drawn: Plan): Promise<boolean> {
  const first = await runDay(drawn);
  let plan = drawn;
  if (values.shrink && first.violation) {
    const shrunk = await shrink(drawn, first.violation.invariant);
    plan = shrunk.plan;
    print(`${plan.steps.length} of ${drawn.steps.length} steps are left after ${shrunk.tries} tries`);
  }
  if (values.trace) {
    print(JSON.stringify(plan.setting));
    // Printed afterwards: inside the world a stream would wait for ticks that are virtual.
    const lines: string[] = [];
    await runDay(
      plan,
      tracer(
        () => activeWorld()?.nowMs ?? 0,
        (line) => lines.push(line),
      ),
    );
    print(lines.join('\n'));
  } else for (const step of plan.steps) print(JSON.stringify(step));
  if (values.keep !== undefined && first.violation)
    writeKept([...readKept(), { invariant: first.violation.invariant, found: values.keep, plan }]);
  const { violation, digest, events, orders, executions } = first;
  const found = violation
    ? `${violation.invariant} at ${(violation.atMs / 1000).toFixed(3)} s: ${violation.what}`
    : 'nothing';
  print(
    `seed ${drawn.seed}: ${found} (${events} events, ${orders} orders, ${executions} executions, digest ${digest.slice(0, 16)})`,
  );
  return violation === null;
}

const KEPT_FILE = path.resolve('test/simulation/seeds.json');

function readKept(): KeptDay[] {
  return existsSync(KEPT_FILE) ? parseKeptDays(readFileSync(KEPT_FILE, 'utf8')) : [];
}

function writeKept(days: readonly KeptDay[]): void {
  writeFileSync(KEPT_FILE, `${JSON.stringify(days, null, 1)}\n`);
}

function whole(text: string): number {
  const value = plainNumberOf(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${text} is no whole number`);
  return value;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
