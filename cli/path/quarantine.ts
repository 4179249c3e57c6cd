import { userInfo } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { Quarantine, type SetAside } from '../../research/receive/quarantine.js';
import { receivePlaces } from '../../research/receive/receive-places.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { Failure } from '../../shared/failure.js';
import { configOf, type HomeOptions, homeVerbs } from '../home-verb.js';
import { printResult } from '../output.js';

interface DecideOptions extends HomeOptions {
  reason: string;
  by: string;
}

/** `believe path quarantine`: what the receiver has set aside, and what a person decides about it. */
export function registerQuarantine(noun: Command): void {
  const quarantine = noun.command('quarantine').description('what the receiver has set aside, and what to do with it');
  const verb = homeVerbs(quarantine, {
    home: 'home folder of the receiver',
    config: 'settings, where they lie elsewhere',
  });

  verb('ls', 'everything that was set aside, oldest first').action((options: HomeOptions) => {
    const setAside = at(options).list();
    const text = setAside.length > 0 ? setAside.map(rowText).join('\n') : 'nothing is set aside';
    printResult(options.json === true, { setAside }, text);
  });

  verb('show <id>', 'why one was set aside, and which files they are').action((id: string, options: HomeOptions) => {
    const found = theOne(options, id);
    const { quarantine: folder } = placesOf(options);
    const files = found.names.map((_, index) => path.join(folder, id, String(index)));
    const rows = found.names.map((name, index) => `  ${files[index]}  came as ${JSON.stringify(name)}`);
    const text = [`${found.reason}, ${found.times} times since ${found.at}`, found.message, ...rows].join('\n');
    printResult(options.json === true, { ...found, files }, text);
  });

  const deciding = (name: 'release' | 'drop', description: string, done: string) =>
    verb(`${name} <id>`, description)
      .requiredOption('--reason <text>', 'why, for the record')
      .option('--by <name>', 'who decides', userInfo().username)
      .action((id: string, options: DecideOptions) => {
        at(options)[name](id, options.by, options.reason, Date.now());
        printResult(
          options.json === true,
          { id, decided: name, by: options.by, reason: options.reason },
          `${id}: ${done}`,
        );
      });
  deciding('release', 'let it be judged once more; what broke a contract is then taken as it is', 'released');
  deciding('drop', 'delete it; the broker sends it again for as long as nobody has acknowledged it', 'dropped');
}

function placesOf(options: HomeOptions) {
  return receivePlaces(homePlaces(configOf(options).home).receiver.folder);
}

function at(options: HomeOptions): Quarantine {
  return new Quarantine(placesOf(options));
}

function theOne(options: HomeOptions, id: string): SetAside {
  const found = at(options).find(id);
  if (found !== null) return found;
  throw new Failure('NotInQuarantine', `nothing is set aside as ${id}`, 'see all: believe path quarantine ls', { id });
}

function rowText({ id, at: since, reason, names, times }: SetAside): string {
  return `${since}  ${reason.padEnd(18)} ${String(times).padStart(4)} x  ${id}  ${JSON.stringify(names.at(-1) ?? '')}`;
}
