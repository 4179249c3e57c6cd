import type { RehearsalReport, Step } from './run-bridge.js';

/** Which steps there are. */
export function stepsText(steps: readonly Step[]): string {
  const how = ({ kind, orders, fills }: Step) => {
    if (kind === 'checklist') return 'to be looked for';
    const cost = orders === 0 ? 'no order' : `${orders} ${orders === 1 ? 'order' : 'orders'}, ${fills} fills at most`;
    return kind === 'by hand' ? `needs you; ${cost}` : cost;
  };
  return steps.map((step) => `${step.id.padEnd(4)} ${step.title} (${how(step)})\n     ${step.does}`).join('\n');
}

/** What was found, and in the last lines what is left. */
export function rehearsalText(report: RehearsalReport): string {
  return [
    `rehearsal with the gateway at ${report.gateway} (server version ${report.serverVersion}), ${report.instrument}`,
    '',
    ...report.steps.flatMap(stepLines),
    '',
    countsLine(report),
    ...(report.interrupted === null ? [] : [`ENDED EARLY: ${report.interrupted}`]),
    leftLine(report),
    `every message is in ${report.recording}`,
    ...(report.recordingProblem === null ? [] : [`INCOMPLETE: ${report.recordingProblem}`]),
  ].join('\n');
}

function stepLines({ id, title, verdict, observations, why }: RehearsalReport['steps'][number]): string[] {
  return [
    wrapped(`${id.padEnd(4)} ${verdict.padEnd(15)}`, why === null ? title : `${title}: ${why}`),
    ...observations.flatMap(({ question, observed, simulator, note, verdict: one }) => [
      wrapped(`     ${one.padEnd(15)}`, observed === null ? question : `${question}: ${observed}`),
      ...(one === 'different' ? [wrapped(' '.repeat(20), `the simulator: ${simulator}`)] : []),
      ...(note === undefined ? [] : [wrapped(' '.repeat(20), `(${note})`)]),
    ]),
  ];
}

const COLUMNS = 110;

/** Text beside a head, broken between words where it is longer than a line. */
function wrapped(head: string, text: string): string {
  const indent = ' '.repeat(head.length + 1);
  const lines = [head];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line.length + word.length < COLUMNS || line.trim() === '') lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines.join('\n');
}

function countsLine({ steps }: RehearsalReport): string {
  const counts = new Map<string, number>();
  for (const { verdict } of steps) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return `${steps.length} steps: ${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`;
}

function leftLine({ isFlat, left }: RehearsalReport): string {
  if (isFlat) return 'flat, no open orders';
  const position = left.positionContracts === null ? 'position unknown' : `position ${left.positionContracts}`;
  const orders = left.openOrders === null ? 'open orders unknown' : `open: ${left.openOrders.join('; ') || 'none'}`;
  return `NOT CLOSED: ${position}; ${orders}. Close it in TWS now.`;
}
