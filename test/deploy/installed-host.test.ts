import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkLinux } from '../../deploy/check/linux-check.js';
import { deployFile } from '../../deploy/plan/deploy-file.js';
import type { HostNeeds } from '../../deploy/plan/host-needs.js';
import { linuxHost } from '../../deploy/plan/linux-host.js';
import { runCommand } from '../../setup/run-command.js';
import { readSigningKeys } from '../../shared/node/trust/key-folder.js';
import { BrokerRig } from '../path/broker-rig.js';
import { DeployedHost } from './deployed-host.js';
import { believe, brokerOnLinux, example, writeExample } from './example.js';

const RULES = fileURLToPath(new URL('rules-process.js', import.meta.url));
const LIMIT = { timeLimitMs: 60_000 };
const HOME = 'var/lib/believe';
const RESEARCH_KEYS = [
  'research/trust',
  'research/measuring',
  'signer/keys',
  'signer/measurers',
  'receiver/keys',
  'public/keys',
];

function changed(file: Parameters<NonNullable<Parameters<typeof example>[0]>>[0]): void {
  brokerOnLinux(file);
  // Program and Node lie where the processes of these tests see them.
  for (const host of file.hosts) host.node = '/opt/bin/node';
}

describe('a host that was installed from its plan', function () {
  this.timeout(180_000);
  let folder: string;
  let config: string;
  let research: DeployedHost;
  let broker: DeployedHost;
  const needsOf = (name: string): HostNeeds => {
    const file = deployFile.parse(example(changed));
    return linuxHost(file, file.hosts.find((host) => host.name === name)!, 'deploy.json');
  };
  const faultsOf = (host: DeployedHost, name: string) =>
    checkLinux(needsOf(name), host.root).filter(({ state }) => state !== 'ok');

  before(async function () {
    const why = await DeployedHost.whyNot();
    if (why !== null) {
      process.stderr.write(`      not run here: ${why}\n`);
      this.skip();
    }
    folder = mkdtempSync(path.join(os.tmpdir(), 'believe-installed-'));
    chmodSync(folder, 0o755);
    config = writeExample(folder, changed);
    const at = (...parts: string[]) => path.join(folder, ...parts);
    assert.equal((await believe('plan', '--config', config, '--to', at('plan'))).status, 0);
    research = new DeployedHost(at('research'), at('plan/research-1'));
    broker = new DeployedHost(at('broker'), at('plan/broker-1'));
    for (const host of [research, broker]) {
      const first = await host.install();
      assert.equal(first.status, 0, first.stderr);
      host.nameRoot();
    }
    await research.bringKeys(at('ceremony'), ['research', 'orchestrator', 'watcher'], RESEARCH_KEYS);
    await broker.bringKeys(at('ceremony'), ['broker', 'watcher'], ['broker/trust', 'broker/keys', 'broker/pin.json']);
    broker.carry(research.at('etc/believe/to-broker'), `${HOME}/broker/keys`);
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('is not as planned before the keys are handed out, and is once it was installed again', async () => {
    assert.notDeepEqual(faultsOf(research, 'research-1'), []);
    for (const [host, name] of [
      [research, 'research-1'],
      [broker, 'broker-1'],
    ] as const) {
      const again = await host.install();
      assert.equal(again.status, 0, again.stderr);
      assert.doesNotMatch(again.stdout, /wrote/, 'what is there is not written again');
      assert.deepEqual(faultsOf(host, name), []);
      const said = await believe('check', '--config', config, '--host', name, '--root', host.root, '--json');
      assert.equal(said.status, 0, said.stdout);
      assert.equal(said.json.ok, true);
    }
  });

  it('keeps its keys when it is installed again', async () => {
    const keys = ['etc/wireguard/believe.key', 'etc/believe/rsyncd.secrets'].map((name) => research.at(name));
    const before = keys.map((file) => readFileSync(file, 'utf8'));
    assert.equal((await research.install()).status, 0);
    assert.deepEqual(
      keys.map((file) => readFileSync(file, 'utf8')),
      before,
    );
  });

  it('names each thing that is changed on it, and nothing else', async () => {
    const at = (name: string) => research.at(name);
    const key = at(`${HOME}/signer/keys/${readdirSync(at(`${HOME}/signer/keys`))[0]}`);
    const unit = at('etc/systemd/system/believe-signer.service');
    const firewall = at('etc/believe/firewall.nft');
    const wants = at('etc/systemd/system/multi-user.target.wants/believe-receiver.service');
    const BREAKS: readonly [string, () => void, () => void, RegExp, RegExp][] = [
      [
        'a key that others can read',
        () => chmodSync(key, 0o640),
        () => chmodSync(key, 0o600),
        /^key .*signer\/keys$/,
        /0640/,
      ],
      [
        'a folder of keys that others can list',
        () => chmodSync(path.dirname(key), 0o755),
        () => chmodSync(path.dirname(key), 0o700),
        /^folder .*signer\/keys$/,
        /believe-signer 0755/,
      ],
      [
        'a unit that is missing',
        () => renameSync(unit, `${unit}.away`),
        () => renameSync(`${unit}.away`, unit),
        /^file .*believe-signer.service$/,
        /nothing/,
      ],
      [
        'a unit with less hardening',
        () => edit(unit, 'PrivateNetwork=yes', 'PrivateNetwork=no'),
        () => edit(unit, 'PrivateNetwork=no', 'PrivateNetwork=yes'),
        /^file .*believe-signer.service$/,
        /line \d+: "PrivateNetwork=no"/,
      ],
      [
        'a folder that belongs to another user',
        () => chownSync(at(`${HOME}/research/releases`), 0, 0),
        () => restore(at(`${HOME}/research/releases`), statSync(at(`${HOME}/research/published`)), 0o2750),
        /^folder .*research\/releases$/,
        /root:root/,
      ],
      [
        'a port that is opened in the firewall',
        () => edit(firewall, '    ct state invalid drop\n', '    ct state invalid drop\n    tcp dport 4444 accept\n'),
        () => edit(firewall, '    tcp dport 4444 accept\n', ''),
        /^file .*firewall.nft$/,
        /tcp dport 4444 accept/,
      ],
      [
        'a process that nobody planned',
        () => writeFileSync(at('etc/systemd/system/believe-miner.service'), '[Service]\nExecStart=/bin/true\n'),
        () => rmSync(at('etc/systemd/system/believe-miner.service')),
        /^unit believe-miner.service$/,
        /believe-miner/,
      ],
      [
        'a change beside a unit',
        () => mkdirSync(at('etc/systemd/system/believe-signer.service.d')),
        () => rmSync(at('etc/systemd/system/believe-signer.service.d'), { recursive: true }),
        /^unit believe-signer.service$/,
        /service[.]d/,
      ],
      [
        'a unit that does not start with the machine',
        () => renameSync(wants, at('etc/away')),
        () => renameSync(at('etc/away'), wants),
        /believe-receiver.service starts/,
        /nothing/,
      ],
      [
        'somebody who joined the group that asks the signer',
        () => edit(at('etc/group'), /^(believe-signing:.*)$/m, '$1,mallory'),
        () => edit(at('etc/group'), ',mallory', ''),
        /^group believe-signing$/,
        /mallory/,
      ],
      [
        'a user who can log in',
        () => edit(at('etc/passwd'), /^(believe-watch:.*):[^:]*$/m, '$1:/bin/bash'),
        () => edit(at('etc/passwd'), /^(believe-watch:.*):[^:]*$/m, '$1:/usr/sbin/nologin'),
        /^user believe-watch$/,
        /shell \/bin\/bash/,
      ],
      [
        'a key of an operator',
        () => {
          mkdirSync(at(`${HOME}/operator/keys`), { recursive: true });
          writeFileSync(at(`${HOME}/operator/keys/operator-1.key.pem`), '');
        },
        () => rmSync(at(`${HOME}/operator`), { recursive: true }),
        /^no key in .*operator\/keys$/,
        /operator-1[.]key[.]pem/,
      ],
      [
        'a link in the place of a folder',
        () => {
          renameSync(at(`${HOME}/receiver/receipts`), at(`${HOME}/receiver/elsewhere`));
          symlinkSync('elsewhere', at(`${HOME}/receiver/receipts`));
        },
        () => {
          rmSync(at(`${HOME}/receiver/receipts`));
          renameSync(at(`${HOME}/receiver/elsewhere`), at(`${HOME}/receiver/receipts`));
        },
        /^folder .*receiver\/receipts$/,
        /a link/,
      ],
    ];
    for (const [what, breakIt, mend, item, found] of BREAKS) {
      breakIt();
      const faults = faultsOf(research, 'research-1');
      assert.equal(faults.length, 1, `${what}: ${JSON.stringify(faults)}`);
      assert.match(faults[0]!.item, item, what);
      assert.match(faults[0]!.found, found, what);
      assert.ok(faults[0]!.why !== '' && faults[0]!.fix !== '', what);
      mend();
      assert.deepEqual(faultsOf(research, 'research-1'), [], `${what}, mended`);
    }
    chmodSync(key, 0o640);
    const said = await believe('check', '--config', config, '--host', 'research-1', '--root', research.root);
    assert.equal(said.status, 1);
    assert.match(
      said.stdout,
      /DIFFERS {2}key .*\n {11}found {4}.*0640\n.*\n {11}why {6}release key.*\n {11}-> if anybody may have read it/,
    );
    chmodSync(key, 0o600);
  });

  it('takes away a unit that no plan has any more', async () => {
    writeFileSync(
      research.at('etc/systemd/system/believe-old.service'),
      '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
    );
    const run = await research.install();
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /removed .*believe-old.service/);
    assert.equal(existsSync(research.at('etc/systemd/system/believe-old.service')), false);
    assert.deepEqual(faultsOf(research, 'research-1'), []);
  });

  it('keeps the login of the gateway that a person has filled in, and says so of nothing else', async () => {
    const ini = broker.at('var/lib/believe-gateway/config.ini');
    edit(ini, 'IbLoginId=\n', 'IbLoginId=somebody\n');
    assert.deepEqual(faultsOf(broker, 'broker-1'), []);
    assert.equal((await broker.install()).status, 0);
    assert.match(readFileSync(ini, 'utf8'), /^IbLoginId=somebody$/m);
    edit(ini, 'AcceptIncomingConnectionAction=reject', 'AcceptIncomingConnectionAction=accept');
    assert.match(faultsOf(broker, 'broker-1')[0]!.found, /AcceptIncomingConnectionAction=accept/);
    edit(ini, 'AcceptIncomingConnectionAction=accept', 'AcceptIncomingConnectionAction=reject');
  });

  it('shows a rule that was added to those that are loaded, and one that was taken away', async () => {
    const rules = path.join(research.plan, 'root/etc/believe/firewall.nft');
    const asked = async (after: string) => {
      const script = `nft -f ${rules} && ${after} && exec "$@"`;
      const run = await runCommand(
        'unshare',
        ['--net', 'sh', '-c', script, 'sh', process.execPath, RULES, config, 'research-1'],
        LIMIT,
      );
      assert.equal(run.status, 0, run.stderr);
      return (JSON.parse(run.stdout) as { state: string; item: string; found: string; expected: string }[]).filter(
        ({ state }) => state !== 'ok',
      );
    };
    assert.deepEqual(await asked('true'), []);
    const [more, ...others] = await asked('nft add rule inet believe input tcp dport 4444 accept');
    assert.match(more!.found, /tcp dport 4444 accept/);
    assert.deepEqual(others, []);
    const [less] = await asked('nft flush chain inet believe from_tunnel');
    assert.match(less!.expected, /8730|drop/);
    assert.match((await asked('nft delete table inet believe'))[0]!.found, /not loaded/);
  });

  it('keeps its users apart: each is refused the keys of the others', async () => {
    const folders: Record<string, string> = {
      'believe-signer': 'signer/keys',
      'believe-research': 'research/measuring',
      'believe-receiver': 'receiver/keys',
      'believe-watch': 'watch',
      'believe-public': 'public/keys',
    };
    const units = [
      'believe-signer',
      'believe-research',
      'believe-receiver',
      'believe-watcher',
      'believe-public',
      'believe-orchestrator',
      'believe-rsyncd',
    ];
    for (const unit of units) {
      const user = unit === 'believe-watcher' ? 'believe-watch' : unit;
      const shell = Object.values(folders)
        .map((keys) => `cat /${HOME}/${keys}/* >/dev/null 2>&1 && echo ${keys}`)
        .join('; ');
      const { stdout } = await research.as(unit, `${shell}; true`);
      assert.deepEqual(
        stdout.trim().split('\n').filter(Boolean),
        folders[user] === undefined ? [] : [folders[user]],
        unit,
      );
    }
    const replaced = await research.as(
      'believe-research',
      `mv /${HOME}/research/releases /${HOME}/research/mine || rm -r /${HOME}/research/trust || touch /${HOME}/research/published/x`,
    );
    assert.notEqual(replaced.status, 0, 'research can replace what it is not allowed to write');
    const forged = await broker.as(
      'believe-bridge',
      `cat /${HOME}/broker/keys/* || mv /${HOME}/broker/pin.json /${HOME}/broker/old || touch /${HOME}/broker/releases/x`,
    );
    assert.notEqual(forged.status, 0, 'the bridge can do what is the worker’s');
  });

  it('carries a batch from the broker to the receiver, and its receipt back, by the command lines of its units', async function () {
    const netns = `believe-${process.pid}`;
    if ((await runCommand('ip', ['netns', 'add', netns], LIMIT)).status !== 0) this.skip();
    const running: ChildProcess[] = [];
    try {
      const inside = (...words: string[]) => runCommand('ip', ['netns', 'exec', netns, ...words], LIMIT);
      for (const words of [
        ['ip', 'link', 'set', 'lo', 'up'],
        ['ip', 'addr', 'add', '10.77.0.1/32', 'dev', 'lo'],
        ['ip', 'addr', 'add', '10.77.0.2/32', 'dev', 'lo'],
      ])
        assert.equal((await inside(...words)).status, 0);
      running.push(research.start('believe-rsyncd', { netns }), research.start('believe-receiver', { netns }));
      running.push(research.start('believe-signer', { netns }));

      const rig = new BrokerRig(path.join(folder, 'rig'));
      rig.wallMs = Date.now();
      rig.orders(3);
      const keys = readSigningKeys(path.join(folder, 'ceremony/broker/keys'), 'journal');
      await rig.sealing((sealer) => sealer.sealAll(), { keys });
      const sent = readdirSync(rig.path('outbox')).sort();
      assert.ok(sent.length > 1);

      const road = (module: string, user: string) => `rsync://${user}@10.77.0.1:8730/${module}/`;
      // rsync takes a password from a file of its own user only.
      const password = (module: string) => {
        const own = path.join(folder, `${module}.password`);
        writeFileSync(own, readFileSync(broker.at(HOME, 'broker/keys', `${module}.password`)), { mode: 0o600 });
        return `--password-file=${own}`;
      };
      const rsync = (...words: string[]) => inside('rsync', '--address=10.77.0.2', '--timeout=10', ...words);
      const receipts = research.at(HOME, 'receiver/receipts');
      await until(
        async () =>
          (
            await rsync(
              '-rt',
              '--ignore-existing',
              password('landing'),
              `${rig.path('outbox')}/`,
              road('landing', 'broker-up'),
            )
          ).status === 0,
        'rsync takes the batch',
      );
      await until(
        () => readdirSync(receipts).length > 0,
        `a receipt: ${JSON.stringify(readdirSync(research.at(HOME, 'receiver')))}`,
      );
      assert.deepEqual(readdirSync(research.at(HOME, 'receiver/landing')), []);

      const [receipt] = readdirSync(receipts);
      const back = await rsync(
        '-t',
        password('receipts'),
        `${road('receipts', 'broker-receipts')}${receipt}`,
        `${folder}/`,
      );
      assert.equal(back.status, 0, back.stderr);
      assert.deepEqual(readFileSync(path.join(folder, receipt!)), readFileSync(path.join(receipts, receipt!)));

      // Ingest is the research worker's: it reads what the receiver keeps, and can change none of it.
      const read = await research.as(
        'believe-research',
        `find /${HOME}/receiver/batches -type f -exec cat {} + | wc -c; find /${HOME}/receiver/batches -type f -exec sh -c 'echo x >> "$1"' sh {} \\; 2>&1 | grep -c denied`,
      );
      const [bytes, denied] = read.stdout.trim().split('\n').map(Number);
      assert.ok(bytes! > 0, read.stderr);
      assert.equal(denied, sent.length);

      const socket = `/${HOME}/signer/signer.sock`;
      await until(() => existsSync(research.at(HOME, 'signer/signer.sock')), 'the signer listens');
      const asks = (unit: string) =>
        research.as(
          unit,
          `/opt/bin/node -e 'require("net").connect("${socket}").on("connect",()=>{console.log("connected");process.exit()}).on("error",(e)=>{console.log(e.code);process.exit()})'`,
        );
      assert.equal((await asks('believe-research')).stdout.trim(), 'connected');
      assert.equal((await asks('believe-watcher')).stdout.trim(), 'EACCES');
      for (const child of running) assert.equal(child.exitCode, null);
    } finally {
      await Promise.all(running.map(ended));
      await runCommand('ip', ['netns', 'del', netns], LIMIT);
    }
    assert.deepEqual(faultsOf(research, 'research-1'), [], 'what ran has left the rights as they were');
  });
});

function edit(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  const changedText = text.replace(from, to);
  assert.notEqual(changedText, text, `${file} has no ${from}`);
  writeFileSync(file, changedText);
}

function restore(folder: string, like: { uid: number; gid: number }, mode: number): void {
  chownSync(folder, like.uid, like.gid);
  chmodSync(folder, mode);
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await pause(100);
  }
  assert.fail(`waited for: ${what}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
