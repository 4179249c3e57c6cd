import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deployFile } from '../../deploy/plan/deploy-file.js';
import { flowsOf } from '../../deploy/plan/flows.js';
import { planHost } from '../../deploy/plan/plan-host.js';
import { configSchema } from '../../shared/config/config.js';
import { type AnyHost, believe, brokerOnLinux, example, openFolder, parsed, writeExample } from './example.js';

const planOf = (name: string, change?: Parameters<typeof example>[0]) => {
  const file = parsed(change);
  return planHost(file, file.hosts.find((host) => host.name === name)!, 'deploy.json');
};
const traced = (traces: string) => ({ telemetry: { traces } });
const fileOf = (files: ReturnType<typeof planOf>, name: string): string => {
  const found = files.find((one) => one.path.endsWith(name));
  assert.ok(found, `no ${name} among ${files.map((one) => one.path).join(', ')}`);
  return found.content;
};

describe('believe deploy plan', () => {
  const folder = openFolder();

  it('writes the same bytes for the same input, and replaces a former plan whole', async () => {
    const config = writeExample(folder());
    const to = path.join(folder(), 'plan');
    assert.equal((await believe('plan', '--config', config, '--to', to)).status, 0);
    const first = bytesIn(to);
    writeFileSync(path.join(to, 'research-1', 'left.txt'), 'of a former plan');
    assert.equal((await believe('plan', '--config', config, '--to', to)).status, 0);
    assert.deepEqual(bytesIn(to), first);
    assert.deepEqual(readdirSync(folder()).sort(), ['deploy.json', 'plan']);
    assert.equal(statSync(path.join(to, 'research-1', 'install.sh')).mode & 0o111, 0o111);
  });

  it('leaves alone what is no plan of ours', async () => {
    const config = writeExample(folder());
    const to = path.join(folder(), 'mine');
    mkdirSync(to);
    writeFileSync(path.join(to, 'thesis.txt'), 'years of work');
    const run = await believe('plan', '--config', config, '--to', to);
    assert.equal(run.status, 2);
    assert.match(run.stderr, /is no plan of ours/);
    assert.equal(readFileSync(path.join(to, 'thesis.txt'), 'utf8'), 'years of work');
  });

  it('writes nothing at all where one host cannot be planned', async () => {
    const config = writeExample(folder(), (file) => {
      file.settings = { watch: { everySeconds: 'often' } };
    });
    const to = path.join(folder(), 'plan');
    const run = await believe('plan', '--config', config, '--to', to);
    assert.equal(run.status, 1, run.stderr);
    assert.match(run.stderr, /settings[.]watch[.]everySeconds/);
    assert.equal(existsSync(to), false);
    assert.deepEqual(readdirSync(folder()), ['deploy.json']);
  });

  it('holds no private key and no password, for any host', () => {
    for (const { name } of parsed().hosts)
      for (const { path: place, content } of planOf(name)) {
        assert.doesNotMatch(content, /PRIVATE KEY|^PrivateKey *= *\S/m, `${name} ${place}`);
        assert.doesNotMatch(content, /^(IbLoginId|IbPassword)=\S/m, `${name} ${place}`);
      }
  });

  it('gives every host settings that its processes accept', () => {
    for (const { name } of parsed(brokerOnLinux).hosts) {
      const settings = configSchema.parse(JSON.parse(fileOf(planOf(name, brokerOnLinux), 'believe.config.json')));
      assert.equal(settings.temporal.embedded, false);
      assert.equal(settings.clock.kind, 'real');
      assert.ok(settings.temporal.tls, 'mutual TLS');
    }
  });

  it('gives the server its settings, and each program the certificate that it shows', () => {
    const files = planOf('temporal-1');
    const server = fileOf(files, 'temporal-server/server.yaml');
    assert.match(server, /"bindOnIP": "10\.77\.0\.3"/);
    assert.match(server, /"certFile": "\/etc\/believe\/held\/believe-temporal\/server\.pem"/);
    assert.match(
      fileOf(files, 'main/conf.d/believe.conf'),
      /ssl_key_file = '\/etc\/believe\/held\/postgres\/server\.key'/,
    );
    assert.match(fileOf(files, 'web-ui.yaml'), /held\/believe-temporal-ui\/reader\.key/);
    const handed = (host: string) =>
      fileOf(planOf(host, brokerOnLinux), 'install.sh')
        .split('\n')
        .flatMap((line) => /^hand \/etc\/believe\/held\/(\S+ \S+)$/.exec(line)?.[1] ?? []);
    assert.deepEqual(handed('temporal-1').sort(), [
      ...['believe-temporal ca.pem', 'believe-temporal server.key', 'believe-temporal server.pem'],
      ...['believe-temporal-ui ca.pem', 'believe-temporal-ui reader.key', 'believe-temporal-ui reader.pem'],
      ...['postgres ca.pem', 'postgres server.key', 'postgres server.pem'],
    ]);
    // The watchers of both tiers show a certificate that may raise alarms, and nothing else.
    for (const host of ['research-1', 'broker-1']) assert.ok(handed(host).includes('believe-watch watcher.key'), host);
  });

  it('lets an orchestrator of a former build run beside the one in use', () => {
    const units = new Map(
      planOf('research-1', ({ hosts }) => {
        hosts[0]!.node = '/opt/believe/node/node';
      }).map((one) => [path.basename(one.path), one.content]),
    );
    const [now, former] = ['believe-orchestrator.service', 'believe-orchestrator@.service'].map((name) =>
      units.get(name)!.split('\n'),
    );
    const differing = (one: string[], other: string[]) => one.filter((line) => !other.includes(line));
    assert.deepEqual(differing(former!, now!), [
      'Description=orchestrator of believe, of a former build',
      '# goes on with the ships that began on a build before, until they have ended',
      'ExecStart=/opt/believe-builds/%i/node/node --enable-source-maps /opt/believe-builds/%i/dist/workers/orchestrator.js --config /etc/believe/believe.config.json',
      'Environment=BELIEVE_METRICS_ORCHESTRATOR_PORT=0',
    ]);
  });

  it('gives a host what its roles need and nothing else', () => {
    const names = (host: string, change?: Parameters<typeof example>[0]) =>
      planOf(host, change)
        .map((one) => path.basename(one.path))
        .filter((name) => name.endsWith('.service'))
        .sort();
    assert.deepEqual(names('temporal-1'), [
      ...[
        'believe-backup.service',
        'believe-firewall.service',
        'believe-temporal-ui.service',
        'believe-temporal.service',
      ],
    ]);
    const broker = names('broker-1', brokerOnLinux);
    assert.ok(broker.includes('believe-bridge.service') && broker.includes('believe-gateway.service'));
    assert.deepEqual(
      broker.filter((name) => /signer|research|receiver|rsyncd|temporal/.test(name)),
      [],
    );
    const research = names('research-1');
    assert.deepEqual(
      research.filter((name) => /bridge|gateway|sierra|temporal/.test(name)),
      [],
    );
  });

  it('opens between hosts what the tiers need, in one direction', () => {
    const flows = flowsOf(parsed()).map(({ from, to, port }) => `${from.name} -> ${to.name}:${port}`);
    assert.deepEqual(flows, [
      'broker-1 -> research-1:8730',
      'broker-1 -> temporal-1:7233',
      'research-1 -> temporal-1:7233',
    ]);
    const rules = fileOf(planOf('broker-1', brokerOnLinux), 'firewall.nft');
    assert.match(rules, /chain from_tunnel \{\n {4}drop\n/, 'nothing enters the broker through the tunnel');
    assert.match(rules, /ip saddr 10[.]77[.]0[.]2 ip daddr 10[.]77[.]0[.]1 tcp dport 8730 accept/);
  });

  it('lets who sends traces reach the collector that the settings name, and nobody else', () => {
    const planned = (traces: string) => (file: { hosts: AnyHost[]; [field: string]: unknown }) => {
      brokerOnLinux(file);
      file.settings = { telemetry: { traces, headersFile: 'telemetry-headers' } };
    };
    const elsewhere = planned('https://192.0.2.9:4318');
    const allowed = (host: string, service: string, change: ReturnType<typeof planned>) =>
      /^IPAddressAllow=(.*)$/m.exec(fileOf(planOf(host, change), `believe-${service}.service`))![1]!.split(' ');
    for (const service of ['research', 'orchestrator'])
      assert.ok(allowed('research-1', service, elsewhere).includes('192.0.2.9'), service);
    assert.ok(allowed('broker-1', 'broker', elsewhere).includes('192.0.2.9'));
    assert.deepEqual(allowed('broker-1', 'bridge', elsewhere), ['localhost']);
    assert.match(
      fileOf(planOf('research-1', elsewhere), 'install.sh'),
      /^hand \S+believe-orchestrator telemetry-headers$/m,
    );
    assert.match(
      fileOf(planOf('research-1', elsewhere), 'believe-research.service'),
      /^Environment=BELIEVE_TELEMETRY_HEADERS_FILE=\/etc\/believe\/held\/believe-research\/telemetry-headers$/m,
    );
    const onHost = planned('https://10.77.0.3');
    const flows = flowsOf(parsed(onHost)).map(({ from, to, port }) => `${from.name} -> ${to.name}:${port}`);
    assert.deepEqual(flows.slice(3), ['research-1 -> temporal-1:443', 'broker-1 -> temporal-1:443']);
    assert.match(
      fileOf(planOf('temporal-1', onHost), 'firewall.nft'),
      /ip saddr 10[.]77[.]0[.]2 ip daddr 10[.]77[.]0[.]3 tcp dport 443 accept/,
    );
    const ownAgent = planned('http://127.0.0.1:4318');
    assert.ok(!allowed('broker-1', 'broker', ownAgent).includes('127.0.0.1'));
    assert.equal(flowsOf(parsed(ownAgent)).length, 3);
  });

  it('keeps the signer from any network, the bridge to this machine, and each from the keys of others', () => {
    const signer = fileOf(planOf('research-1'), 'believe-signer.service');
    assert.match(signer, /^PrivateNetwork=yes$/m);
    assert.match(signer, /^InaccessiblePaths=.*research\/measuring.*$/m);
    const bridge = fileOf(planOf('broker-1', brokerOnLinux), 'believe-bridge.service');
    assert.match(bridge, /^IPAddressAllow=localhost$/m);
    assert.match(bridge, /^InaccessiblePaths=.*broker\/keys.*$/m);
    const research = fileOf(planOf('research-1'), 'believe-research.service');
    assert.match(research, /^InaccessiblePaths=.*signer\/keys.*$/m);
  });

  it('writes IB times as IBC reads them', () => {
    const ini = (restartAt: string) =>
      fileOf(
        planOf('broker-1', ({ hosts }) => {
          (hosts[1]!.gateway as AnyHost).restartAt = restartAt;
        }),
        'config.ini',
      );
    assert.match(ini('00:05'), /^AutoRestartTime=12:05 AM\r$/m);
    assert.match(ini('12:00'), /^AutoRestartTime=12:00 PM\r$/m);
    assert.match(ini('16:10'), /^AutoRestartTime=04:10 PM\r$/m);
  });

  const WRONG: readonly [string, (file: { hosts: AnyHost[]; [field: string]: unknown }) => void, RegExp][] = [
    ['a host that is broker and research', ({ hosts }) => (hosts[0]!.roles = ['research', 'broker']), /never one host/],
    ['research on Windows', ({ hosts }) => (hosts[1]!.roles = ['research']), /a broker only/],
    ['the public tier away from research', ({ hosts }) => (hosts[2]!.roles = ['temporal', 'public']), /needs research/],
    ['one address twice', ({ hosts }) => (hosts[1]!.address = hosts[0]!.address), /another host/],
    ['a broker without an account', ({ hosts }) => (hosts[1]!.gateway = undefined), /which account/],
    ['no server of Temporal', ({ hosts }) => hosts.pop(), /no host has the role temporal/],
    ['a server of the time alone', (file) => (file.timeServers = ['a.example.org']), /2/],
    ['a path with what a shell would read', ({ hosts }) => (hosts[0]!.home = '/var/lib/$(id)'), /plain characters/],
    ['a home of the other system', ({ hosts }) => (hosts[1]!.home = '/var/lib/believe'), /must be a path of windows/],
    [
      'backups in the home',
      ({ hosts }) => ((hosts[0]!.backup as AnyHost).to = '/var/lib/believe/backup'),
      /must not be inside the home/,
    ],
    [
      'a server of Temporal where upgrades go',
      ({ hosts }) => (hosts[2]!.temporal = { program: '/opt/believe/temporal/believe-temporal' }),
      /must not be inside program [(]\/opt\/believe[)]/,
    ],
    ['two hosts that nobody can call', ({ hosts }) => (hosts[0]!.endpoint = undefined), /no endpoint/],
    ['a collector by its name', (file) => (file.settings = traced('https://otel.example.org')), /must name an IPv4/],
    [
      'a collector on the broker',
      (file) => (file.settings = traced('http://10.77.0.2:4318')),
      /nothing enters a broker/,
    ],
    [
      'metrics for other machines',
      (file) => (file.settings = { telemetry: { metricsAddress: '10.77.0.1' } }),
      /lets nobody in/,
    ],
    ['a field that there is not', ({ hosts }) => (hosts[0]!.colour = 'red'), /colour/],
  ];
  for (const [what, change, says] of WRONG)
    it(`refuses ${what}, by name`, () => {
      const { error } = deployFile.safeParse(JSON.parse(JSON.stringify(example(change))));
      assert.match(String(error?.message), says);
    });

  it('refuses a setting that follows from the hosts', async () => {
    const config = writeExample(folder(), (file) => {
      file.settings = { gateway: { account: 'DU9' } };
    });
    const run = await believe('plan', '--config', config, '--to', path.join(folder(), 'plan'));
    assert.equal(run.status, 1);
    assert.match(run.stderr, /settings[.]gateway[.]account.*follows from hosts/);
  });
});

function bytesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .filter((name) => statSync(path.join(folder, name)).isFile())
      .map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );
}
