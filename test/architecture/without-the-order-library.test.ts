import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { CommandOutcome } from '../../setup/run-command.js';
import { MachineWithoutLibrary, ROOMS_OF_OTHER_TIERS } from './machine-without-library.js';

const SAMPLE = [
  '{"kind":"header","v":1,"instrument":"ESZ5","tickSize":0.25,"multiplier":50,"levels":10,"tradeDate":"2025-10-06"}',
  '{"kind":"reset","ts":"1759761000000000000","seq":1,"reason":"SYNTHETIC"}',
  '{"kind":"depth","ts":"1759761000000000001","seq":2,"op":0,"side":1,"position":0,"price":6700.25,"size":5,"last":false}',
  '{"kind":"depth","ts":"1759761000000000002","seq":3,"op":0,"side":0,"position":0,"price":6700.5,"size":7,"last":true}',
].join('\n');

/** Modules that do something when they are loaded: programs and threads. */
const isProgram = (file: string) =>
  /(-thread|-downloader|-process)\.js$/.test(file) ||
  file.startsWith('workers/') ||
  file.startsWith('dashboard/browser/');

describe('a research or public machine, without @stoqey/ib', function () {
  this.timeout(900_000);
  let machine: MachineWithoutLibrary;
  /** Takes as long as everything else together: it runs beside it. */
  let typeCheck: Promise<CommandOutcome>;

  before(async () => {
    machine = new MachineWithoutLibrary();
    assert.ok(!existsSync(machine.path('node_modules/@stoqey')));
    const built = await machine.run('scripts/build.mjs');
    assert.equal(built.status, 0, built.stderr);
    typeCheck = checkTypes(machine);
  });
  after(() => machine.remove());

  it('bundles the workflows', async () => {
    const bundle = machine.write(
      'bundle.mjs',
      `import { bundleWorkflows } from './dist/temporal/workflow-bundle.js';
       process.stdout.write((await bundleWorkflows()).codePath);`,
    );
    const bundled = await machine.run(path.relative(machine.folder, bundle));
    assert.equal(bundled.status, 0, bundled.stderr);
    assert.match(readFileSync(bundled.stdout.trim(), 'utf8'), /shipModel/);
  });

  it('loads every module of research, public, workflows and what they share', async () => {
    const modules = ROOMS_OF_OTHER_TIERS.flatMap((room) => modulesIn(machine.path('dist'), room)).filter(
      (module) => !isProgram(module),
    );
    assert.ok(modules.length > 200, `${modules.length} modules`);
    const list = JSON.stringify(modules.map((module) => `./dist/${module}`));
    const load = machine.write('load.mjs', `for (const module of ${list}) await import(module); process.exit(0);`);
    const loaded = await machine.run(path.relative(machine.folder, load));
    assert.equal(loaded.status, 0, loaded.stderr);
  });

  it('starts the research worker, which then waits for its server', async () => {
    const home = machine.path('worker-home');
    const env = { ...process.env, BELIEVE_SUPERVISED: '1', BELIEVE_TEMPORAL_PORT: String(await freePort()) };
    const quiet = { BELIEVE_METRICS_RESEARCH_PORT: '0' };
    const worker = spawn(process.execPath, [machine.path('dist/workers/research.js'), '--home', home], {
      ...{ env: { ...env, ...quiet }, stdio: ['pipe', 'ignore', 'pipe'] },
    });
    let said = '';
    await new Promise<void>((resolve) => {
      createInterface({ input: worker.stderr }).on('line', (line) => {
        said += `${line}\n`;
        if (line.includes('no Temporal server at')) resolve();
      });
      worker.once('exit', () => resolve());
    });
    assert.match(said, /no Temporal server at/);
    worker.stdin.end();
    const late = setTimeout(() => worker.kill('SIGKILL'), 30_000);
    if (worker.exitCode === null) await once(worker, 'exit');
    clearTimeout(late);
    assert.equal(worker.exitCode, 0, said);
  });

  it('runs the commands of its tiers', async () => {
    const sample = machine.write('sample/dom_ib.jsonl', `${SAMPLE}\n`);
    const [imported, help, open] = await Promise.all([
      machine.believe('store', 'import', sample, '--store', machine.path('store'), '--json'),
      machine.believe('gate', '--help'),
      machine.believe('calendar', 'next-open', '--at', '2025-10-06T12:00:00Z', '--json'),
    ]);
    assert.equal(imported.status, 0, imported.stderr);
    assert.equal(JSON.parse(imported.stdout).read.depth, 2, imported.stdout);
    assert.equal(help.status, 0, help.stderr);
    assert.match(help.stdout, /splits/);
    assert.equal(JSON.parse(open.stdout).rthOpen, '2025-10-06T13:30:00Z', open.stderr);
  });

  it('lets operators halt, flatten and resume by command, none of which can trade', async () => {
    const home = machine.path('home');
    const asked = ['halt', 'flatten', 'resume'].map((name) =>
      machine.believe('bridge', name, '--home', home, '--wait-seconds', '0', '--json'),
    );
    for (const outcome of await Promise.all(asked))
      assert.equal(JSON.parse(outcome.stdout).done, false, outcome.stderr);
    for (const name of ['halt', 'flatten', 'resume'])
      assert.ok(existsSync(path.join(home, 'broker/control', `${name}.json`)), name);
    const status = await machine.believe('bridge', 'status', '--home', home);
    assert.match(status.stderr, /no bridge has ever run/);
  });

  it('says in plain words why it cannot be the bridge', async () => {
    const { status, stderr } = await machine.believe('bridge', '--home', machine.path('home'));
    assert.equal(status, 1);
    assert.match(stderr, /^believe: the bridge needs the package @stoqey\/ib, .* this machine cannot trade$/m);
    assert.match(stderr, /^ {2}-> run the bridge on the broker machine/m);
    assert.doesNotMatch(stderr, /defect|\n\s+at /);
  });

  it('type-checks everything of its tiers', async () => {
    const { status, stdout } = await typeCheck;
    assert.equal(status, 0, stdout);
  });
});

function checkTypes(machine: MachineWithoutLibrary): Promise<CommandOutcome> {
  const compilerOptions = { tsBuildInfoFile: machine.path('tsbuildinfo') };
  const settings = { extends: './tsconfig.json', compilerOptions, include: [...ROOMS_OF_OTHER_TIERS] };
  const project = machine.write('tsconfig.tiers.json', JSON.stringify(settings));
  return machine.run('node_modules/typescript/bin/tsc', '-p', project);
}

function modulesIn(dist: string, room: string): string[] {
  const folder = path.join(dist, room);
  // The public tier may have no code yet: whatever it has is here.
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  return files.map((file) => path.join(room, file));
}

/** Where nobody listens. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
