import type { Command } from 'commander';

/** A command in a code fence of a page. */
export interface FencedCommand {
  readonly line: number;
  readonly text: string;
  /** Words behind `believe`, as a shell would hand them over. */
  readonly words: readonly string[];
}

/** Commands in the code fences of a page, by whichever of their names. A fence of `text` shows what something has printed. */
export function fencedCommands(page: string): FencedCommand[] {
  const found: FencedCommand[] = [];
  let fence: string | null = null;
  for (const [index, line] of page.split('\n').entries()) {
    const mark = /^\s*```(\w*)/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === null ? mark : null;
    else if (fence !== null && fence !== 'text') {
      const words = wordsOf(line.trim());
      if (words) found.push({ line: index + 1, text: line.trim(), words });
    }
  }
  return found;
}

const BELIEVE = /^(?:\$ )?(?:(?:npx )?believe|node bin\/believe\.mjs)(?= |$)/;
const START = /^(?:\$ )?npm start(?: --(?= ))?(?= |$)/;

function wordsOf(line: string): string[] | null {
  const name = BELIEVE.exec(line) ?? START.exec(line);
  if (!name) return null;
  const words = shellWords(line.slice(name[0].length));
  return BELIEVE.test(line) ? words : ['up', ...words];
}

/** Up to a comment, a pipe or a redirection. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  for (const [, double, single, plain] of text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)) {
    if (plain !== undefined && /^([#|>&]|2>)/.test(plain)) break;
    words.push(double ?? single ?? plain ?? '');
  }
  return words;
}

/**
 * What commander says of the words, where it refuses them; null where it takes them. Nothing is done.
 * @param program the whole tree; its actions are replaced
 */
export async function refusalOf(program: Command, words: readonly string[]): Promise<string | null> {
  let ran = false;
  for (const command of everyCommand(program)) {
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    if (command.commands.length === 0 || command.registeredArguments.length > 0 || command.options.length > 0)
      if (command !== program)
        command.action(() => {
          ran = true;
        });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return ran ? null : 'it names a group of commands, and none of them';
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}
