import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ASK_MS_MAX = 10_000;

/**
 * When a process was started, in the words of the operating system: with its id the identity of a process, because an id
 * is given again. Null where there is no such process, or nothing can be learnt of it.
 */
export function processStart(pid: number): string | null {
  switch (process.platform) {
    case 'linux':
      return startOnLinux(pid);
    case 'win32':
      return answerOf('powershell.exe', [
        ...['-NoProfile', '-NonInteractive', '-Command'],
        `(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`,
      ]);
    default:
      return answerOf('ps', ['-o', 'lstart=', '-p', String(pid)]);
  }
}

/** Clock ticks since the boot, and which boot that was. */
function startOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold anything, also spaces and brackets: fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z';
    return isZombie ? null : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return null;
  }
}

function answerOf(program: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(program, args, {
    ...{ encoding: 'utf8', timeout: ASK_MS_MAX, windowsHide: true },
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  const answer = status === 0 ? stdout.trim() : '';
  return answer === '' ? null : answer;
}
