import { UsageFailure } from '../failure.js';

/** One wrong field: where it was set, what was found there and what is allowed. */
export interface ConfigProblem {
  /** The file, the environment variable or the command line. */
  readonly source: string;
  /** Path of the field; empty for the whole file. */
  readonly field: string;
  /** What was found; undefined where the field is not set. */
  readonly found?: unknown;
  readonly allowed: string;
}

/** The configuration cannot be used; names every wrong field at once. */
export class WrongConfig extends UsageFailure {
  constructor(readonly problems: readonly ConfigProblem[]) {
    const sentences = problems.map(problemSentence);
    super(
      sentences.length === 1 ? sentences[0]! : `${sentences.length} wrong settings:\n  ${sentences.join('\n  ')}`,
      'see docs/configuration.md; `believe config check` reads the same settings and does nothing else',
      { problems },
    );
  }
}

export function problemSentence({ source, field, found, allowed }: ConfigProblem): string {
  const what = found === undefined ? 'is not set' : `is ${shorten(JSON.stringify(found))}`;
  return `${source}: ${field ? `${field} ` : ''}${what}; allowed: ${allowed}`;
}

const SHOWN_CHARACTERS_MAX = 80;

function shorten(text: string): string {
  return text.length <= SHOWN_CHARACTERS_MAX ? text : `${text.slice(0, SHOWN_CHARACTERS_MAX)}...`;
}
