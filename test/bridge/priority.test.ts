import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { BRIDGE_NICE, BRIDGE_REAL_TIME_PRIORITY, type Precedence } from '../../shared/node/process/bridge-priority.js';

const MODULE = new URL('../../shared/node/process/bridge-priority.js', import.meta.url).href;
const NOBODY = 65_534;
/** Policies of sched(7). */
const [OTHER, ROUND_ROBIN, IDLE] = [0, 2, 5];

describe('priority of the bridge', () => {
  it('is raised as far as the system allows it, and told as it is', () => {
    const { precedence, nice, loop } = goBeforeOthers('');
    assert.equal(nice, precedence === 'usual' ? os.getPriority() : BRIDGE_NICE);
    if (process.platform !== 'linux') return;
    assert.deepEqual(
      loop,
      precedence === 'real-time'
        ? { policy: ROUND_ROBIN, realTimePriority: BRIDGE_REAL_TIME_PRIORITY }
        : { policy: OTHER, realTimePriority: 0 },
    );
  });

  it('stays what it was for a user who may not raise it', function () {
    if (process.platform === 'win32' || process.getuid!() !== 0) this.skip();
    const { precedence, nice, loop } = goBeforeOthers(`process.setuid(${NOBODY});`);
    assert.deepEqual([precedence, nice, loop?.policy], ['usual', os.getPriority(), OTHER]);
  });

  it('is that of the event loop alone: not of its other threads, nor of processes that it starts', function () {
    if (process.platform !== 'linux') this.skip();
    const { others, child } = goBeforeOthers('');
    const policiesOf = (isCompiler: boolean) => [
      ...new Set(others.filter(({ name }) => (name === 'V8Worker') === isCompiler).map(({ policy }) => policy)),
    ];
    // Older versions do not name them.
    if (Number.parseInt(process.versions.node, 10) >= 24) assert.deepEqual(policiesOf(true), [IDLE]);
    assert.deepEqual(policiesOf(false), [OTHER]);
    assert.deepEqual(child, { policy: OTHER, realTimePriority: 0 });
  });
});

interface Scheduled {
  readonly policy: number;
  readonly realTimePriority: number;
}

interface Found {
  readonly precedence: Precedence;
  readonly nice: number;
  /** Linux only. */
  readonly loop: Scheduled | null;
  readonly others: readonly (Scheduled & { readonly name: string })[];
  readonly child: Scheduled | null;
}

/** What it makes of a process of its own. @param first run there before. */
function goBeforeOthers(first: string): Found {
  const script = `
    import { execFileSync } from 'node:child_process';
    import { readdirSync, readFileSync } from 'node:fs';
    import { access } from 'node:fs/promises';
    import os from 'node:os';
    const { goBeforeOthers } = await import(${JSON.stringify(MODULE)});
    // Proc(5): after the name in brackets come fields 3 and on; 40 is the real-time priority, 41 the policy.
    const scheduled = (stat) => {
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { policy: Number(fields[38]), realTimePriority: Number(fields[37]) };
    };
    const nameOf = (stat) => stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    ${first}
    const precedence = goBeforeOthers();
    // A thread that waits for the disk is there once one was needed.
    await access('.');
    const found = { precedence, nice: os.getPriority(), loop: null, others: [], child: null };
    if (process.platform === 'linux') {
      const stat = (thread) => readFileSync('/proc/self/task/' + thread + '/stat', 'utf8');
      const others = readdirSync('/proc/self/task').filter((thread) => Number(thread) !== process.pid);
      found.loop = scheduled(stat(process.pid));
      found.others = others.map((thread) => ({ name: nameOf(stat(thread)), ...scheduled(stat(thread)) }));
      found.child = scheduled(execFileSync('cat', ['/proc/self/stat'], { encoding: 'utf8' }));
    }
    console.log(JSON.stringify(found));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
  ) as Found;
}
