import { readdirSync, readFileSync } from 'node:fs';

/** A child of this process by the name of its program; null where there is none, or the system does not say (all but Linux). */
export function childNamed(name: string): number | null {
  try {
    const children = readdirSync('/proc/self/task').flatMap((task) =>
      readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(' '),
    );
    return (
      children.map(Number).find((pid) => pid > 0 && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name) ?? null
    );
  } catch {
    return null;
  }
}
