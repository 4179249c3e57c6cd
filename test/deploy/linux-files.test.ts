import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findOnPath } from '../../setup/find-on-path.js';
import { runCommand } from '../../setup/run-command.js';
import { believe, brokerOnLinux, openFolder, writeExample } from './example.js';

const LIMIT = { timeLimitMs: 60_000 };
/** Of systemd-analyze security: 0 is most closed, 10 is open. */
const EXPOSURE_MAX = 2.0;
/** Programs that are not on this machine, and what systemd says of each. */
const NOT_HERE = /Command \S+ is not executable: No such file or directory/;

describe('what is written for Linux, by its own programs', () => {
  const folder = openFolder();
  const at = (...parts: string[]) => path.join(folder(), 'plan', ...parts);
  const HOSTS = ['research-1', 'broker-1', 'temporal-1'];

  beforeEach(async () => {
    const config = writeExample(folder(), brokerOnLinux);
    const run = await believe('plan', '--config', config, '--to', at());
    assert.equal(run.status, 0, run.stderr);
  });

  function needs(program: string) {
    return async function (this: Mocha.Context) {
      if ((await findOnPath(program)) === undefined) this.skip();
      return program;
    };
  }
  const only = async (context: Mocha.Context, program: string) => {
    await needs(program).call(context);
  };

  it('units pass systemd-analyze verify, and are closed', async function () {
    await only(this, 'systemd-analyze');
    for (const host of HOSTS) {
      const units = readdirSync(at(host, 'root/etc/systemd/system'))
        .filter((name) => /[.](service|timer)$/.test(name))
        .map((name) => at(host, 'root/etc/systemd/system', name));
      const verified = await runCommand('systemd-analyze', ['verify', '--man=no', ...units], LIMIT);
      const said = verified.stderr.split('\n').filter((line) => line !== '' && !NOT_HERE.test(line));
      assert.deepEqual(said, [], host);
      for (const unit of units.filter((one) => one.endsWith('.service'))) {
        const asked = await runCommand('systemd-analyze', ['security', '--offline=yes', '--json=short', unit], LIMIT);
        assert.ok(asked.stdout.startsWith('['), asked.stderr);
        const told = await runCommand('systemd-analyze', ['security', '--offline=yes', unit], LIMIT);
        const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(told.stdout)?.[1]);
        assert.ok(exposure <= EXPOSURE_MAX, `${path.basename(unit)}: ${exposure}`);
      }
    }
  });

  it('units keep every service but the bridge from real time', () => {
    const mayRunInRealTime = HOSTS.flatMap((host) => {
      const units = at(host, 'root/etc/systemd/system');
      return readdirSync(units)
        .filter((name) => name.endsWith('.service'))
        .filter((name) => !readFileSync(path.join(units, name), 'utf8').includes('\nRestrictRealtime=yes\n'));
    });
    assert.deepEqual(mayRunInRealTime, ['believe-bridge.service']);
  });

  it('rules are taken by nft', async function () {
    await only(this, 'nft');
    for (const host of HOSTS) {
      const checked = await runCommand('nft', ['-c', '-f', at(host, 'root/etc/believe/firewall.nft')], LIMIT);
      assert.equal(checked.status, 0, checked.stderr);
    }
  });

  it('the tunnel is read by wg-quick, and its keys by wg', async function () {
    await only(this, 'wg-quick');
    const key = `${'A'.repeat(42)}A=`;
    const config = writeExample(folder(), (file) => {
      brokerOnLinux(file);
      for (const host of file.hosts) host.publicKey = key;
    });
    await believe('plan', '--config', config, '--to', at());
    for (const host of HOSTS) {
      const stripped = await runCommand('wg-quick', ['strip', at(host, 'root/etc/wireguard/believe.conf')], LIMIT);
      assert.equal(stripped.status, 0, stripped.stderr);
      const peers = stripped.stdout.match(/^\[Peer\]$/gm)!.length;
      assert.equal(peers, 2, stripped.stdout);
      assert.match(stripped.stdout, /^AllowedIPs = 10[.]77[.]0[.]\d\/32$/m);
    }
  });

  it('settings of the clock are taken by chronyd', async function () {
    await only(this, 'chronyd');
    for (const host of HOSTS) {
      const printed = await runCommand('chronyd', ['-p', '-f', at(host, 'root/etc/chrony/conf.d/believe.conf')], LIMIT);
      assert.equal(printed.status, 0, printed.stderr);
      assert.match(printed.stdout, /minsources 2/);
    }
  });

  it('rotation is taken by logrotate', async function () {
    await only(this, 'logrotate');
    // Its user is not on this machine.
    const conf = readFileSync(at('research-1', 'root/etc/logrotate.d/believe'), 'utf8').replace(
      /^ {2}su .*$/m,
      '  su root root',
    );
    const file = path.join(folder(), 'logrotate.conf');
    writeFileSync(file, conf);
    const dry = await runCommand('logrotate', ['-d', '-s', path.join(folder(), 'state'), file], LIMIT);
    assert.equal(dry.status, 0, dry.stderr);
    assert.match(dry.stderr, /considering log \/var\/log\/believe-rsyncd\/rsyncd[.]log/);
    assert.doesNotMatch(dry.stderr, /^error:/m);
  });

  it('the rsync daemon starts with its settings, moved to places of this machine', async function () {
    await only(this, 'rsync');
    const here = path.join(folder(), 'here');
    mkdirSync(here);
    const port = 20_000 + (process.pid % 20_000);
    const conf = readFileSync(at('research-1', 'root/etc/believe/rsyncd.conf'), 'utf8')
      .replace(/^port = .*$/m, `port = ${port}`)
      .replace(/^address = .*$/m, 'address = 127.0.0.1')
      .replaceAll(/\/(var|etc)\/[^\n]*\//g, `${here}/`);
    const file = path.join(folder(), 'rsyncd.conf');
    writeFileSync(file, conf);
    const daemon = spawn('rsync', ['--daemon', '--no-detach', `--config=${file}`], { stdio: 'ignore' });
    try {
      let answer = { status: -1 as number | null, stdout: '', stderr: '' };
      for (let tries = 0; tries < 50; tries++) {
        answer = await runCommand('rsync', ['--contimeout=2', `rsync://broker-up@127.0.0.1:${port}/landing/`], LIMIT);
        if (!/refused/.test(answer.stderr)) break;
        await pause(100);
      }
      // It is for the broker's address alone.
      assert.match(`${answer.stdout}${answer.stderr}`, /Unknown module|access denied/);
      assert.equal(daemon.exitCode, null);
    } finally {
      daemon.kill();
    }
  });

  it('installations are read by sh', async () => {
    for (const host of HOSTS) {
      const read = await runCommand('sh', ['-n', at(host, 'install.sh')], LIMIT);
      assert.equal(read.status, 0, read.stderr);
    }
  });
});
