import type { EventEmitter } from 'node:events';
import { userInfo } from 'node:os';
import type { Argument, Command, Option } from 'commander';

/** docs/commands.md: every command with its arguments and options, as commander has them. */
export function renderCommandDocs(program: Command): string {
  return `${[INTRODUCTION, ...program.commands.map(nounText)].join('\n\n')}\n`;
}

const INTRODUCTION = `<!-- Generated: node scripts/generate-commands.mjs -->
# Commands

In a checkout a command is started by \`npx believe\` (or \`node bin/believe.mjs\`), where the package is installed by \`believe\`. \`--help\` behind
any of them says what stands here. Exit codes: 0 done, 1 a check failed or the work could not be done, 2 wrong usage. What is asked for goes to stdout,
all else to stderr; with \`--json\` it is one JSON object. \`--home\` is the home folder; without it, it is the one of the settings
([configuration.md](configuration.md)), else \`.believe\` where the command is started.`;

function nounText(noun: Command): string {
  const leaves = leavesOf(noun);
  const own = leaves[0] === noun;
  const title = `## believe ${noun.name()}\n\n${sentence(noun.description())}`;
  const rest = own ? [bodyOf(noun), ...leaves.slice(1).map(leafText)] : leaves.map(leafText);
  return [title, ...rest].filter((part) => part !== '').join('\n\n');
}

/** What can be called: a command that does something itself comes before those below it. */
function leavesOf(command: Command): Command[] {
  const below = command.commands.flatMap(leavesOf);
  return doesSomething(command) ? [command, ...below] : below;
}

/** A group has neither; commander knows it, and tells nobody. */
function doesSomething(command: Command): boolean {
  return command.commands.length === 0 || command.options.length > 0 || command.registeredArguments.length > 0;
}

function leafText(command: Command): string {
  return [`### ${nameOf(command)}`, sentence(command.description()), bodyOf(command)]
    .filter((part) => part !== '')
    .join('\n\n');
}

function bodyOf(command: Command): string {
  const usage = ['```', `${nameOf(command)} ${command.usage()}`.trimEnd(), '```'].join('\n');
  const rows = [
    ...command.registeredArguments.map(argumentRow),
    ...command.options.filter(({ hidden }) => !hidden).map(optionRow),
  ];
  const table = rows.length === 0 ? '' : ['| | |', '|---|---|', ...rows].join('\n');
  return [usage, table, afterText(command)].filter((part) => part !== '').join('\n\n');
}

/** `believe ship start`; the program's own name stands at its beginning. */
export function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

function argumentRow(argument: Argument): string {
  const { required, variadic, defaultValue } = argument;
  const word = `${argument.name()}${variadic ? '...' : ''}`;
  const flags = required ? `<${word}>` : `[${word}]`;
  return row(flags, argument.description, valuesOf(argument.argChoices, required, defaultValue));
}

function optionRow({ flags, description, argChoices, mandatory, defaultValue }: Option): string {
  return row(flags, description, valuesOf(argChoices, mandatory, defaultValue));
}

function row(flags: string, description: string, values: string): string {
  return `| ${code(flags)} | ${cell(description)}${values} |`;
}

function valuesOf(choices: readonly string[] | undefined, isNeeded: boolean, value: unknown): string {
  const parts = [
    ...(choices ? [choices.map(code).join(', ')] : []),
    ...(isNeeded ? ['needed'] : []),
    ...defaultText(value),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

function defaultText(value: unknown): string[] {
  if (value === undefined || value === false || value === '') return [];
  if (Array.isArray(value) && value.length === 0) return [];
  // A default of this machine would be another one on the next.
  if (value === userInfo().username) return ['default: the name of your account'];
  return [`default: ${code(typeof value === 'string' ? value : JSON.stringify(value))}`];
}

/** What a command adds below its help: commander tells it by this event, and in no other way. */
function afterText(command: Command): string {
  const shown: string[] = [];
  const heard = command as unknown as EventEmitter;
  heard.emit('afterHelp', { error: false, command, write: (text: string) => shown.push(text) });
  const text = shown.join('').trim();
  return text === '' ? '' : ['```', text, '```'].join('\n');
}

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``;
/** Angle brackets would be HTML on a page. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');

function sentence(text: string): string {
  const shown = cell(text);
  return shown === '' ? '' : `${shown[0]?.toUpperCase()}${shown.slice(1)}.`;
}
