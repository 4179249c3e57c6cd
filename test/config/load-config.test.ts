import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { configFields, variableOf } from '../../shared/config/config-fields.js';
import { FORMER_SETTINGS } from '../../shared/config/former-settings.js';
import { type ConfigProblem, WrongConfig } from '../../shared/config/wrong-config.js';
import { loadHomeConfig, writeHomeConfig } from '../../shared/node/config/home-config.js';
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
    const { input, schedule, rsync } = loadConfig({
      env: {
        BELIEVE_INPUT_KIND: 'files',
        BELIEVE_INPUT_DEPTH: 'a.jsonl, b.jsonl.gz',
        BELIEVE_INPUT_BARS: '["c,d.csv"]',
        BELIEVE_SCHEDULE_ENABLED: 'false',
        BELIEVE_RSYNC_BWLIMIT_KI_BPS: 'null',
      },
    });
    assert.deepEqual(input, { kind: 'files', depth: ['a.jsonl', 'b.jsonl.gz'], bars: ['c,d.csv'], synthetic: false });
    assert.deepEqual([schedule.enabled, rsync.bwlimitKiBps], [false, null]);
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
    const file = fileWith({ rsync: { port: 'x' }, backtest: { folders: ['a', 0] }, tempral: {} });
    const problems = problemsOf({ file, env: { BELIEVE_TEMPORAL_UI_PORT: '70000' }, overrides: { home: '' } });
    assert.deepEqual(
      problems.map(({ source, field, found }) => [source, field, found]).sort(),
      [
        [file, 'backtest.folders.1', 0],
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

  it('refuses to stop opening positions before the roll date, whichever weekday the contract expires on', () => {
    const overrides = (calendarDaysBeforeExpiry: number, daysBeforeExpiry: number) => ({
      instrument: { roll: { calendarDaysBeforeExpiry } },
      risk: { daysBeforeExpiry },
    });
    const [problem, ...others] = problemsOf({ env: {}, overrides: overrides(8, 7) });
    assert.equal(problem!.field, 'risk.daysBeforeExpiry');
    assert.match(problem!.allowed, /6 or less, or a larger instrument.roll.calendarDaysBeforeExpiry than 8/);
    assert.deepEqual(others, []);
    assert.doesNotThrow(() => loadConfig({ env: {}, overrides: overrides(8, 6) }));
    const alone = { instrument: { roll: null }, risk: { daysBeforeExpiry: 60 } };
    assert.doesNotThrow(() => loadConfig({ env: {}, overrides: alone }));
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

  it('refuses a collector that is no address, and one that others could read a secret on the way to', () => {
    const refused = (telemetry: object) =>
      problemsOf({ file: fileWith({ telemetry }), env: {} }).map(({ field, allowed }) => `${field}: ${allowed}`);
    for (const traces of ['collector:4318', 'ftp://192.0.2.9/', 'http://me:secret@192.0.2.9', '4318'])
      assert.match(
        refused({ traces }).join(),
        /^telemetry[.]traces: an http or https address without name and password/,
      );
    const headersFile = 'telemetry-headers';
    assert.match(
      refused({ traces: 'http://192.0.2.9:4318', headersFile }).join(),
      /telemetry[.]traces: https, because/,
    );
    assert.match(refused({ headersFile }).join(), /telemetry[.]headersFile: null, because telemetry[.]traces is null/);
    assert.match(refused({ metricsAddress: 'localhost' }).join(), /telemetry[.]metricsAddress: an IP address/);
    for (const traces of ['http://127.0.0.1:4318', 'https://otel.example.org/v1/traces'])
      assert.deepEqual(refused({ traces, headersFile, metricsAddress: '::1' }), []);
  });

  it('takes risk limits and gate thresholds from a file alone: a variable is refused by name, setting and file', () => {
    const file = fileWith({ risk: { maxDailyLossUsd: 500 }, gate: { testRowsMin: 20 } });
    const config = loadConfig({ file, env: {} });
    assert.deepEqual([config.risk.maxDailyLossUsd, config.gate.testRowsMin], [500, 20]);
    const fields = configFields().fields.filter(({ path: name }) => /^(risk|gate)\./.test(name));
    assert.ok(fields.length > 20);
    for (const field of fields) {
      assert.equal(field.variable, null, field.path);
      const variable = variableOf(field.path);
      const [problem, ...others] = problemsOf({ file, env: { [variable]: JSON.stringify(field.default) } });
      assert.deepEqual([problem!.source, problem!.field, others], [variable, field.path, []]);
      assert.ok(problem!.allowed.includes(file), problem!.allowed);
    }
    assert.match(
      messageOf({ env: { BELIEVE_RISK_MAX_DAILY_LOSS_USD: '1' } }),
      /BELIEVE_RISK_MAX_DAILY_LOSS_USD: risk\.maxDailyLossUsd is "1".*set risk\.maxDailyLossUsd in believe\.config\.json/,
    );
    assert.match(messageOf({ env: { BELIEVE_GATE_NONSENSE: '1' } }), /there is no such setting/);
  });

  describe('that names a former setting', () => {
    it('is refused with what holds instead, once, in a file and in a variable', () => {
      for (const { path: name, holds, instead } of FORMER_SETTINGS) {
        const allowed = `nothing, it is no longer a setting: ${instead}`;
        const file = fileWith(settingsWith(name, holds));
        assert.deepEqual(problemsOf({ file, env: {} }), [{ source: file, field: name, found: holds, allowed }]);
        const variable = variableOf(name);
        assert.deepEqual(problemsOf({ env: { [variable]: '1' } }), [
          { source: variable, field: name, found: '1', allowed },
        ]);
      }
    });

    it('is refused where it names a part of a former section', () => {
      const file = fileWith({ training: { recipes: { improved: { F2_dom: { eta: 0.2 } } } } });
      assert.deepEqual(
        problemsOf({ file, env: { BELIEVE_TRAINING_RECIPES_IMPROVED_F2_DOM_ETA: '0.2' } }).map(({ field }) => field),
        ['training.recipes.improved', 'training.recipes.improved'],
      );
    });

    it('is refused beside what else is wrong', () => {
      const file = fileWith({ gateway: { clientId: 7, port: 0 } });
      assert.deepEqual(
        problemsOf({ file, env: {} })
          .map(({ field }) => field)
          .sort(),
        ['gateway.clientId', 'gateway.port'],
      );
    });

    it('is no setting of today', () => {
      const { fields, sections } = configFields();
      for (const { path: name } of FORMER_SETTINGS)
        for (const { path: today } of [...fields, ...sections]) assert.ok(today !== name, name);
    });
  });

  describe('that an earlier version wrote into a home folder', () => {
    const home = () => {
      const config = loadConfig({ env: {}, overrides: { home: path.join(folder, 'home') } });
      return { config, file: writeHomeConfig(config) };
    };
    const withFormer = (change: (name: string, holds: unknown) => unknown) => {
      const { config, file } = home();
      const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      for (const { path: name, holds } of FORMER_SETTINGS) place(written, name, change(name, holds));
      writeFileSync(file, JSON.stringify(written));
      return config;
    };

    it('is read where its former settings say what holds now', () => {
      const config = withFormer((_, holds) => holds);
      assert.deepEqual(loadHomeConfig({ home: config.home }), config);
    });

    it('is refused where one says something else', () => {
      const { home: folderOfHome } = withFormer((name, holds) => (name === 'gate.bootstrapSeed' ? 7 : holds));
      assert.throws(
        () => loadHomeConfig({ home: folderOfHome }),
        (error: WrongConfig) => error.problems.length === 1 && error.problems[0]!.field === 'gate.bootstrapSeed',
      );
    });
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
    const paths = new Set(fields.map((field) => field.path));
    assert.equal(new Set([...paths].map(variableOf)).size, paths.size);
  });

  it('can each be set to its default by its variable, and nothing changes', () => {
    const defaults = loadConfig({ env: {} });
    for (const field of configFields().fields) {
      const isOfDefaultKind = field.onlyFor === null || ['synthetic', 'replay'].includes(field.onlyFor);
      // Sections that are null by default: to name any of their fields asks for them.
      const isOfNull = /^(temporal\.tls|store\.s3|instrument\.roll)\./.test(field.path);
      if (field.default === undefined || !isOfDefaultKind || isOfNull) continue;
      if (field.variable === null) continue;
      const text = typeof field.default === 'string' ? field.default : JSON.stringify(field.default);
      assert.deepEqual(loadConfig({ env: { [field.variable]: text } }), defaults, field.variable);
    }
  });
});

function settingsWith(name: string, value: unknown): Record<string, unknown> {
  const settings = {};
  place(settings, name, value);
  return settings;
}

function place(settings: Record<string, unknown>, name: string, value: unknown): void {
  const [first, ...others] = name.split('.');
  if (others.length === 0) {
    settings[first!] = value;
    return;
  }
  settings[first!] ??= {};
  place(settings[first!] as Record<string, unknown>, others.join('.'), value);
}

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
