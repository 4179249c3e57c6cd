import { FAILURE_TYPES, type FailureType, RETRY_HELPS } from './failure-types.js';

/** docs/failures.md: the list of failures, so that the document cannot differ from it. */
export function renderFailureDocs(): string {
  const rows = Object.entries(FAILURE_TYPES).map(([type, [meaning, nextStep]]) =>
    row([`\`${type}\``, meaning, nextStep, againOf(type as FailureType)]),
  );
  return `${INTRODUCTION}\n${[row(['type', 'meaning', 'next step', 'tried again']), '|---|---|---|---|', ...rows].join('\n')}\n`;
}

const INTRODUCTION = `<!-- Generated: node scripts/generate-failures.mjs -->
# Failures

What the product says when it cannot go on. Every failure has a type of this list, one sentence with names and values, and a
next step. A command prints sentence and step; the type stands in the log, and in the Web UI at the step that failed. The list is
closed (\`shared/failure-types.ts\`): the compiler refuses any other type, a test refuses one that nothing throws. Whatever
else is thrown is a defect.

*Tried again* is what a workflow does with a step that fails so. Why a release, a decision, an order or a request is refused is one more
word in the failure's details (\`reason\`, \`fault\`): docs/release.md has those of releases. Alarms of the bridge are another list, in
docs/bridge.md.
`;

function againOf(type: FailureType): string {
  if (type === 'PullFailed' || type === 'PushFailed') return 'by its reason';
  return RETRY_HELPS.has(type) ? 'yes' : 'no';
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
