/** One field in which two cards differ; undefined where a card does not have it. */
export interface CardDifference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** Parts of a card that say what a release is and was worth; curves and tables of its pages are left out. */
const PARTS = [
  'instrument',
  'recipeName',
  'synthetic',
  'code',
  'data.merkleRoot',
  'data.gaps',
  'featureSchemaSha256',
  'ensemble',
  'lifetimeDays',
  'gate.verdict.outcome',
  'gate.thresholds',
  'gate.evidence.priorRelease',
  'gate.evidence.trials',
  'gate.evidence.portfolio.tradeDates',
  'gate.evidence.portfolio.keptDates',
  'gate.evidence.portfolio.candidate',
];
/** Of each head, by its name. */
const HEAD_PARTS = ['spec', 'recipe', 'data', 'trainLogLoss', 'holdout', 'library', 'onnxSha256'];

/** What differs between two model cards, of whatever version each is, part by part. */
export function diffCards(from: Json, to: Json): CardDifference[] {
  const before = fieldsOf(from);
  const after = fieldsOf(to);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((field) => {
    const [was, is] = [before.get(field), after.get(field)];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ field, from: was, to: is }];
  });
}

function fieldsOf(card: Json): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const part of PARTS) flatten(part, at(card, part), fields);
  const shards = at(card, 'data.shards');
  if (Array.isArray(shards)) fields.set('data.shards', shards.length);
  for (const head of listOf(at(card, 'heads'))) {
    const name = String(at(head, 'spec.name'));
    for (const part of HEAD_PARTS) flatten(`${name}.${part}`, head[part], fields);
  }
  for (const head of listOf(at(card, 'gate.evidence.heads')))
    flatten(`${String(head.head)}.out of sample`, at(head, 'pooled.candidate'), fields);
  return fields;
}

function flatten(name: string, value: unknown, into: Map<string, unknown>): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, one] of Object.entries(value)) flatten(`${name}.${key}`, one, into);
  else if (value !== undefined) into.set(name, value);
}

function at(from: Json, place: string): unknown {
  return place
    .split('.')
    .reduce<unknown>((one, key) => (typeof one === 'object' && one !== null ? (one as Json)[key] : undefined), from);
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}
