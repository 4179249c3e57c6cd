import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { createBrokerActivities } from '../../activities/broker/index.js';
import { createResearchActivities } from '../../activities/research/index.js';
import { configSchema } from '../../shared/config/config.js';
import { productOf } from '../../shared/trust/product.js';
import { type Edge, ImportGraph, type OrderPath } from './order-path.js';

const DIST = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = path.dirname(path.resolve(DIST));
const ORDER_PATH: OrderPath = { module: 'bridge/orders/order-desk.js', package: '@stoqey/ib' };

/** The one import by which the command line becomes the bridge. */
const BECOMES_BRIDGE: Edge = ['cli/bridge/load-bridge.js', 'cli/bridge/run-bridge.js'];
/** Commands that may lead to an order, and why. Every other command is proven not to. */
const COMMANDS_THAT_MAY: Readonly<Record<string, string>> = {
  bridge: 'is the bridge',
  'bridge rehearse': 'tries orders on a paper account, one contract at most, by the module that is the bridge',
  up: 'starts `believe bridge` as a process of its own',
};
const LOADING_BRIDGE = ['bridge', 'bridge rehearse'];
/** Modules that import a module whose name is computed, and what it can be. */
const COMPUTED_IMPORTS: Readonly<Record<string, string>> = {
  'setup/native-modules.js': 'packages of a list beside it, which is checked here',
};

describe('only the bridge trades', () => {
  let graph: ImportGraph;
  const activities = { broker: 'activities/broker/index.js', research: 'activities/research/index.js' };
  const workflows = 'workflows/index.js';
  const workers = modulesOf('workers');
  const nouns = modulesOf('cli/nouns');

  before(async () => {
    const entries = [...Object.values(activities), workflows, ...workers, ...nouns, 'cli/main.js', 'bridge/bridge.js'];
    graph = await ImportGraph.of(DIST, entries);
  });

  const assertCannotTrade = (what: string, entry: string, without: readonly Edge[] = []) => {
    const way = graph.wayToOrders(entry, ORDER_PATH, without);
    assert.equal(way, null, `${what} can send an order: ${way?.join(' -> ')}`);
  };

  it('finds the way of the bridge itself, or nothing below proves anything', () => {
    const way = graph.wayToOrders('bridge/bridge.js', ORDER_PATH);
    assert.ok(way !== null && way.length >= 2, 'the bridge sends orders');
    assert.ok(graph.wayToOrders('cli/main.js', ORDER_PATH) !== null, '`believe bridge` does');
  });

  it('no activity reaches an order, whichever of either tier it is', () => {
    const created = { broker: brokerActivities(), research: researchActivities() };
    for (const [tier, steps] of Object.entries(created)) {
      const names = Object.keys(steps);
      assert.ok(names.length >= 8, `${tier}: ${names.join(', ')}`);
      for (const name of names) assertCannotTrade(`activity ${tier}/${name}`, activities[tier as keyof typeof created]);
    }
  });

  it('no workflow does', async () => {
    const names = Object.keys(await import(pathToFileURL(path.join(DIST, workflows)).href));
    assert.deepEqual(names.sort(), exportsOf(workflows).sort());
    assert.ok(names.includes('shipModel'));
    for (const name of names) assertCannotTrade(`workflow ${name}`, workflows);
  });

  it('no worker process does', () => {
    for (const name of ['orchestrator', 'research', 'broker']) assert.ok(workers.includes(`workers/${name}.js`));
    for (const worker of workers) assertCannotTrade(worker, worker);
  });

  it('no command does, but for those that are there to start a bridge', async () => {
    const found = new Map<string, string[] | null>();
    for (const noun of nouns) {
      const command = new Command(path.basename(noun, '.js'));
      (await import(pathToFileURL(path.join(DIST, noun)).href)).register(command);
      for (const name of commandNames(command)) {
        // What `believe bridge status|halt|...` share with `believe bridge` is the file, but not that import.
        const without = LOADING_BRIDGE.includes(name) ? [] : [BECOMES_BRIDGE];
        found.set(name, graph.wayToOrders(noun, ORDER_PATH, noun === 'cli/nouns/bridge.js' ? without : []));
      }
    }
    for (const name of ['store import', 'ship start', 'bridge halt', 'bridge flatten', 'release verify'])
      assert.ok(found.has(name), `${name} is among the ${found.size} commands`);
    const may = [...found].filter(([, way]) => way !== null);
    const unexpected = may.filter(([name]) => !(name in COMMANDS_THAT_MAY));
    assert.deepEqual(
      unexpected.map(([name, way]) => `${name}: ${way?.join(' -> ')}`),
      [],
    );
    assert.deepEqual(may.map(([name]) => name).sort(), Object.keys(COMMANDS_THAT_MAY).sort(), 'no exception is idle');
  });

  it('the commands examined are all there are', () => {
    const listed = [
      ...readFileSync(path.join(DIST, 'cli/program.js'), 'utf8').matchAll(/import\("\.\/nouns\/([\w-]+)\.js"\)/g),
    ];
    assert.deepEqual(listed.map((match) => `cli/nouns/${match[1]}.js`).sort(), nouns);
  });

  it('the bridge and its rehearsal call placeOrder, and the library is imported in the bridge only', () => {
    const sources = rooms().flatMap((room) => sourcesIn(room));
    const calling = sources.filter(([, text]) => /\.\s*placeOrder\b|\w\[\s*['"`]placeOrder/.test(text));
    assert.deepEqual(
      calling.map(([file]) => file),
      // The session only to learn what the library would write, on an instance that is never connected.
      ['bridge/connection/session.ts', 'bridge/orders/order-desk.ts', 'bridge/paper-check/paper-desk.ts'],
    );
    const importing = sources.filter(([, text]) => /(from|import)\s*\(?\s*['"]@stoqey\//.test(text));
    const outside = importing.map(([file]) => file).filter((file) => !file.startsWith('bridge/'));
    assert.deepEqual(outside, []);
  });

  it('no import has a name that is computed, but for those listed', () => {
    const computed = graph.modules.filter((file) => {
      const code = readFileSync(path.join(DIST, file), 'utf8').replace(/\/\/# sourceMappingURL=.*/g, '');
      return /\bimport\(\s*[^"'\s]|\bcreateRequire\b|\brequire\(/.test(code);
    });
    assert.deepEqual(computed, Object.keys(COMPUTED_IMPORTS));
    assert.doesNotMatch(readFileSync(path.join(DIST, computed[0]!), 'utf8'), /@stoqey|bridge\//);
  });

  it('would be noticed if it were otherwise, wherever the import is added and whatever form it has', async () => {
    const leaf = 'shared/trust/verify-release.js';
    for (const code of [
      'import "../../bridge/orders/order-desk.js";',
      'import { IBApi } from "@stoqey/ib"; new IBApi();',
      'export const later = () => import("../../bridge/bridge.js");',
      'new Worker(new URL("../../bridge/bridge.js", import.meta.url));',
      'spawn(process.execPath, [path.join(dist, "cli/main.js"), "bridge"]);',
    ]) {
      const changed = await ImportGraph.of(DIST, [activities.broker], { [leaf]: `\n${code}` });
      const way = changed.wayToOrders(activities.broker, ORDER_PATH);
      assert.ok(way?.includes(leaf), `not noticed: ${code}`);
    }
  });

  it('is noticed in a house that does it', async () => {
    const house = mkdtempSync(path.join(os.tmpdir(), 'believe-house-'));
    const file = (name: string, text: string) => {
      mkdirSync(path.dirname(path.join(house, name)), { recursive: true });
      writeFileSync(path.join(house, name), text);
    };
    try {
      file('bridge/orders/order-desk.js', 'export const place = (ib) => ib.placeOrder(1);');
      file('shared/far.js', 'export { place } from "../bridge/orders/order-desk.js";');
      file('shared/near.js', 'export const near = () => import("./far.js");');
      file('activities/bad.js', 'import { near } from "../shared/near.js"; export const step = near;');
      file('activities/good.js', 'export const step = () => 1;');
      const bad = await ImportGraph.of(house, ['activities/bad.js', 'activities/good.js']);
      assert.deepEqual(bad.wayToOrders('activities/bad.js', ORDER_PATH), [
        ...['activities/bad.js', 'shared/near.js', 'shared/far.js', 'bridge/orders/order-desk.js'],
      ]);
      assert.equal(bad.wayToOrders('activities/good.js', ORDER_PATH), null);
    } finally {
      rmSync(house, { recursive: true });
    }
  });
});

const CONFIG = configSchema.parse({
  ...{ home: '/nowhere', clock: { kind: 'real' }, instrument: { localSymbol: 'ESZ5' } },
  ...{ input: { kind: 'files', depth: ['/nowhere/depth.jsonl'] }, gateway: { account: 'DU1' } },
});

function researchActivities(): object {
  return createResearchActivities({
    ...{ config: CONFIG, codeCommit: 'test', lockfileSha256: 'test' },
    library: { path: '/nowhere/libxgboost.so', sha256: '0'.repeat(64) },
    isOpen: async () => false,
  });
}

function brokerActivities(): object {
  const rsync = { path: '/nowhere/rsync', host: '127.0.0.1', port: 1, bwlimitKiBps: null };
  const product = productOf(CONFIG.instrument);
  return createBrokerActivities({
    ...{ brokerFolder: '/nowhere/broker', clockFile: '/nowhere/clock.json', product, rsync },
    ...{ instrument: () => 'ESZ5', upload: CONFIG.upload },
  });
}

/** The command itself, where it does anything, and every command under it: `bridge`, `bridge status`, ... */
function commandNames(command: Command, prefix = ''): string[] {
  const name = `${prefix}${command.name()}`;
  const own = command.commands.length === 0 || Reflect.get(command, '_actionHandler') !== null ? [name] : [];
  return [...own, ...command.commands.flatMap((one) => commandNames(one, `${name} `))];
}

function modulesOf(folder: string): string[] {
  const files = readdirSync(path.join(DIST, folder)).filter((name) => name.endsWith('.js'));
  return files.map((name) => `${folder}/${name}`).sort();
}

function exportsOf(module: string): string[] {
  const source = readFileSync(path.join(SOURCES, module.replace(/\.js$/, '.ts')), 'utf8');
  return [...source.matchAll(/^export \{ (\w+) \}/gm)].map((match) => match[1]!);
}

/** Every folder that may hold code of the product. */
function rooms(): string[] {
  const folders = readdirSync(SOURCES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).filter((name) => !/^(\..*|dist|node_modules|test)$/.test(name));
}

function sourcesIn(room: string): [file: string, text: string][] {
  const folder = path.join(SOURCES, room);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.map((file) => [path.join(room, file), readFileSync(path.join(folder, file), 'utf8')]);
}
