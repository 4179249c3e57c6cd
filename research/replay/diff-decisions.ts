import { BadInput } from '../../shared/failure.js';
import { type DecisionRecord, decisionRecord, isSameRecord } from '../../shared/model/decision/decision-record.js';
import { decodeFloat32 } from '../../shared/model/heads/golden-rows.js';
import type { HeadName } from '../../shared/model/heads/head.js';
import { headDefinition } from '../../shared/model/heads/head-specs.js';
import { jsonLines } from './json-lines.js';

/** One value of a decision in which two runs differ; null where a run has no such value. */
export interface DifferingInput {
  /** E.g. `F2_dom.ofi_1s`, `F2_dom.probabilities[2]`, `edgeTicks`. */
  readonly name: string;
  readonly a: number | string | null;
  readonly b: number | string | null;
}

export interface DecisionDiff {
  readonly compared: number;
  readonly same: boolean;
  /** The event after which the runs first part, and what they made of it. */
  readonly first: {
    readonly seq: number;
    readonly ts: string;
    readonly index: number;
    readonly inputs: readonly DifferingInput[];
    readonly a: DecisionRecord | null;
    readonly b: DecisionRecord | null;
  } | null;
}

/**
 * The first decision in which two decision logs differ, and every value in which it does, inputs first: a feature that
 * differs points at the events, a probability over equal features at the heads, an edge over equal probabilities at the
 * ensemble, a target over an equal edge at the decisions before.
 * @throws BadInput
 */
export async function diffDecisions(fileA: string, fileB: string): Promise<DecisionDiff> {
  const [a, b] = [decisionsOf(fileA), decisionsOf(fileB)];
  let compared = 0;
  try {
    for (;;) {
      const [left, right] = [(await a.next()).value ?? null, (await b.next()).value ?? null];
      if (left === null && right === null) return { compared, same: true, first: null };
      if (left === null || right === null || !isSameRecord(left, right))
        return { compared, same: false, first: { ...whereOf(left, right), index: compared } };
      compared++;
    }
  } finally {
    await a.return(undefined);
    await b.return(undefined);
  }
}

/** Decisions of a log of the bridge or of `believe replay --decisions`; its other lines are passed over. */
async function* decisionsOf(file: string): AsyncGenerator<DecisionRecord, undefined> {
  for await (const { number, value } of jsonLines(file)) {
    if (value.kind !== 'decision') continue;
    const parsed = decisionRecord.safeParse(value);
    if (!parsed.success)
      throw new BadInput(file, `line ${number}`, parsed.error.issues[0]?.message ?? 'is no decision');
    yield parsed.data;
  }
  return undefined;
}

function whereOf(a: DecisionRecord | null, b: DecisionRecord | null) {
  // Where one run decides at another event, the earlier of the two is where they part.
  const [earlier] = [a, b].filter((one) => one !== null).sort((one, other) => one.seq - other.seq);
  return { seq: earlier!.seq, ts: earlier!.ts, inputs: differences(a, b), a, b };
}

/** Every value in which two decisions differ, inputs first. */
export function differences(a: DecisionRecord | null, b: DecisionRecord | null): DifferingInput[] {
  const [left, right] = [valuesOf(a), valuesOf(b)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  return names
    .filter((name) => !Object.is(left.get(name), right.get(name)))
    .map((name) => ({ name, a: left.get(name) ?? null, b: right.get(name) ?? null }));
}

/** Every value of a decision by its name, in the order in which one follows from the others. */
function valuesOf(record: DecisionRecord | null): Map<string, number | string | null> {
  const values = new Map<string, number | string | null>();
  if (record === null) return values;
  values.set('seq', record.seq).set('ts', record.ts).set('spreadTicks', record.spreadTicks);
  for (const { name, features } of record.outputs)
    for (const [i, value] of floatsOf(features).entries()) values.set(`${name}.${featureName(name, i)}`, value);
  for (const { name, probabilities } of record.outputs)
    for (const [i, value] of floatsOf(probabilities).entries()) values.set(`${name}.probabilities[${i}]`, value);
  values.set('edgeTicks', record.edgeTicks).set('targetContracts', record.targetContracts).set('reason', record.reason);
  return values;
}

function floatsOf(base64: string): Float32Array {
  return decodeFloat32(base64, Buffer.from(base64, 'base64').length / 4) ?? new Float32Array(0);
}

/** A log carries vectors without names; those of the heads that this code trains are known. */
function featureName(head: HeadName, index: number): string {
  return headDefinition(head)?.spec.features[index] ?? `features[${index}]`;
}
