import { readdirSync, readFileSync } from 'node:fs';

/** One process of a tree, as Linux tells it. */
export interface TreeProcess {
  readonly pid: number;
  /** What it does, by its command line. */
  readonly name: string;
  /** Memory of its own and its share of what it shares with others, MiB. */
  readonly memoryMib: number;
  /** Since its start, user and system. */
  readonly cpuSeconds: number;
}

/** Ticks of /proc/PID/stat a second: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** A process and all that it has started, by /proc (Linux only). What ends meanwhile is left out. */
export function processTree(root: number): TreeProcess[] {
  const parents = new Map<number, number>();
  const stats = new Map<number, string[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? read(pid, 'stat') : null;
    if (stat === null) continue;
    // The name of the program may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    stats.set(pid, fields);
    parents.set(pid, Number(fields[1]));
  }
  const isInTree = (pid: number): boolean => pid === root || (pid > 1 && isInTree(parents.get(pid) ?? 0));
  return [...stats].flatMap(([pid, fields]) => {
    if (!isInTree(pid)) return [];
    const memory = /^Pss:\s+(\d+) kB/m.exec(read(pid, 'smaps_rollup') ?? '');
    const command = (read(pid, 'cmdline') ?? '').split('\0');
    if (!memory) return [];
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return [{ pid, name: nameOf(command), memoryMib: Number(memory[1]) / 1024, cpuSeconds }];
  });
}

/** `node dist/workers/broker.js --home X`: broker. `temporal server start-dev`: temporal. */
function nameOf(command: readonly string[]): string {
  const script = command.find((word) => /\.m?js$/.test(word) && !word.startsWith('-')) ?? command[0] ?? '?';
  const words = script
    .split('/')
    .slice(-2)
    .join('/')
    .replace(/\.m?js$/, '');
  return words === 'cli/main' ? `believe ${command[command.indexOf(script) + 1] ?? ''}`.trim() : words;
}

function read(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
