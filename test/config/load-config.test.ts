import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { configFields } from '../../shared/config/config-fields.js';
import { type ConfigProblem, WrongConfig } from '../../shared/config/wrong-config.js';
import { type ConfigSources, loadConfig } from '../../shared/node/config/load-config.js';

describe('configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const fileWith = (content: unknown) => {
    const file = path.join(folder, 'believe.config.json');
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };

  it('needs no file: the defaults are a complete configuration', () => {
    const config = loadConfig({ env: {} });
    assert.equal(config.temporal.address, '127.0.0.1:7233');
    assert.equal(config.gateway.clientId, 251);
    assert.equal(config.gateway.mode, 'paper');
    assert.equal(config.input.kind, 'synthetic');
    assert.equal(config.clock.kind, 'replay');
    assert.equal(config.schedule.timeZone, 'America/Chicago');
  });

  it('lets the environment override the file, and the command line both', () => {
    const file = fileWith({ home: 'a', rsync: { port: 1 }, temporal: { uiPort: 1 } });
    const env = { BELIEVE_RSYNC_PORT: '2', BELIEVE_TEMPORAL_UI_PORT: '2' };
    const config = loadConfig({ file, env, overrides: { temporal: { uiPort: 3 } } });
    assert.deepEqual([config.home, config.rsync.port, config.temporal.uiPort], ['a', 2, 3]);
  });

  it('reads lists, switches, numbers and null from variables', () => {
    const { input, gate, schedule, rsync } = loadConfig({
      env: {
        BELIEVE_INPUT_KIND: 'files',
        BELIEVE_INPUT_DEPTH: 'a.jsonl, b.jsonl.gz',
        BELIEVE_GATE_COST_MARGIN_FAMILY: '[0, 1.5]',
        BELIEVE_SCHEDULE_ENABLED: 'false',
        BELIEVE_RSYNC_BWLIMIT_KI_BPS: 'null',
      },
    });
    assert.deepEqual(input, { kind: 'files', depth: ['a.jsonl', 'b.jsonl.gz'], bars: [] });
    assert.deepEqual([gate.costMarginFamily, schedule.enabled, rsync.bwlimitKiBps], [[0, 1.5], false, null]);
  });

  it('follows the port of the embedded server in the address', () => {
    assert.equal(loadConfig({ env: { BELIEVE_TEMPORAL_PORT: '7300' } }).temporal.address, '127.0.0.1:7300');
  });

  it('keeps the kind of a section that is set in part', () => {
    const { input } = loadConfig({ file: fileWith({ input: { days: 3 } }), env: {} });
    assert.deepEqual([input.kind, input.kind === 'synthetic' && input.days], ['synthetic', 3]);
  });

  it('cannot be changed once it is loaded', () => {
    const config = loadConfig({ env: {} });
    assert.throws(() => Object.assign(config.training.recipes.base.F2_dom, { eta: 1 }), TypeError);
  });

  it('names every wrong field at once: where it was set, what was found, what is allowed', () => {
    const file = fileWith({ rsync: { port: 'x' }, gate: { costMarginFamily: [0, 'y'] }, tempral: {} });
    const problems = problemsOf({ file, env: { BELIEVE_TEMPORAL_UI_PORT: '70000' }, overrides: { home: '' } });
    assert.deepEqual(
      problems.map(({ source, field, found }) => [source, field, found]).sort(),
      [
        [file, 'gate.costMarginFamily.1', 'y'],
        [file, 'rsync.port', 'x'],
        [file, 'tempral', {}],
        ['BELIEVE_TEMPORAL_UI_PORT', 'temporal.uiPort', 70000],
        ['command line', 'home', ''],
      ].sort(),
    );
    const allowed = new Map(problems.map((problem) => [problem.field, problem.allowed]));
    assert.equal(allowed.get('rsync.port'), 'whole number from 1 to 65535');
    assert.match(allowed.get('tempral')!, /no such field here; known: .*temporal/);
  });

  it('takes plain decimals from variables, and shows any other notation as it is written', () => {
    for (const text of ['0x1f90', '1e3', ' 8080', '8080.', '+8080', ''])
      assert.deepEqual(
        problemsOf({ env: { BELIEVE_TEMPORAL_UI_PORT: text } }).map(({ found }) => found),
        [text],
      );
  });

  it('refuses a variable that looks like a setting and is none, and leaves other variables alone', () => {
    const problems = problemsOf({ env: { BELIEVE_TEMPORAL_ADRESS: 'x', BELIEVE_CACHE: '/c', BELIEVE_TEMPORAL: '/t' } });
    assert.deepEqual(
      problems.map(({ source }) => source),
      ['BELIEVE_TEMPORAL_ADRESS'],
    );
  });

  it('refuses hours in which clocks change, and says why', () => {
    for (const hour of [1, 2]) {
      const [problem] = problemsOf({ env: {}, overrides: { schedule: { hour } } });
      assert.equal(problem!.field, 'schedule.hour');
      assert.match(problem!.allowed, /02:30 is skipped in spring and 01:30 comes twice/);
    }
    for (const hour of [0, 3, 23])
      assert.equal(loadConfig({ env: {}, overrides: { schedule: { hour } } }).schedule.hour, hour);
  });

  it('refuses live trading unless the account is spelled out twice and nothing is simulated', () => {
    const live = { mode: 'live', account: 'U7654321' } as const;
    const wrong = problemsOf({ env: {}, overrides: { gateway: { ...live, liveAccount: 'U7654322' } } });
    assert.deepEqual(wrong.map(({ field }) => field).sort(), ['gateway.embedded', 'gateway.liveAccount']);
    const gateway = { ...live, liveAccount: 'U7654321', embedded: false };
    assert.deepEqual(
      problemsOf({ env: {}, overrides: { gateway } }).map(({ field }) => field),
      ['clock.kind'],
    );
    assert.doesNotThrow(() => loadConfig({ env: {}, overrides: { gateway, clock: { kind: 'real' } } }));
  });

  it('knows one client id only', () => {
    assert.equal(problemsOf({ env: { BELIEVE_GATEWAY_CLIENT_ID: '1' } })[0]!.allowed, '251');
  });

  it('says what is wrong with a file that is missing, no JSON, or no object', () => {
    assert.match(
      messageOf({ file: path.join(folder, 'none.json'), env: {} }),
      /none\.json: is not set; allowed: a readable/,
    );
    assert.match(messageOf({ file: fileWith('{"home":'), env: {} }), /not JSON/);
    assert.match(messageOf({ file: fileWith([1]), env: {} }), /is \[1\]; allowed: one JSON object/);
    assert.equal(loadConfig({ file: fileWith('\uFEFF{"home":"x"}'), env: {} }).home, 'x');
    assert.match(messageOf({ file: fileWith('{"gateway":{"port":1e400}}'), env: {} }), /gateway\.port is "1e400"/);
  });

  it('never throws anything but WrongConfig, whatever a file holds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('home', 'input', 'temporal', 'gate', 'x'), fc.jsonValue()),
        (content) => {
          try {
            loadConfig({ file: fileWith(content), env: {} });
          } catch (error) {
            assert.ok(error instanceof WrongConfig, String(error));
            assert.ok(error.problems.every(({ allowed }) => allowed.length > 0));
          }
        },
      ),
    );
  });
});

describe('configuration fields', () => {
  it('each have a description and a variable of their own', () => {
    const { fields, sections } = configFields();
    for (const { path: name, description } of [...fields, ...sections]) assert.ok(description, name);
    assert.equal(new Set(fields.map(({ variable }) => variable)).size, new Set(fields.map((field) => field.path)).size);
  });

  it('can each be set to its default by its variable, and nothing changes', () => {
    const defaults = loadConfig({ env: {} });
    for (const field of configFields().fields) {
      const isOfDefaultKind = field.onlyFor === null || ['synthetic', 'replay'].includes(field.onlyFor);
      if (field.default === undefined || !isOfDefaultKind || field.path.startsWith('temporal.tls')) continue;
      const text = typeof field.default === 'string' ? field.default : JSON.stringify(field.default);
      assert.deepEqual(loadConfig({ env: { [field.variable]: text } }), defaults, field.variable);
    }
  });
});

function problemsOf(sources: ConfigSources): readonly ConfigProblem[] {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof WrongConfig) return error.problems;
    throw error;
  }
  return [];
}

function messageOf(sources: ConfigSources): string {
  try {
    loadConfig(sources);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
