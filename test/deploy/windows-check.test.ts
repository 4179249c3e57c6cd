import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkWindows } from '../../deploy/check/windows-check.js';
import { type WindowsState, windowsState } from '../../deploy/check/windows-state.js';
import { type WindowsNeeds, windowsHost } from '../../deploy/plan/windows-host.js';
import { openFolder, parsed } from './example.js';

// SYNTHETIC: what a Windows machine would answer, made from the plan; no real one was asked.
function answerOf(needs: WindowsNeeds): WindowsState {
  return windowsState.parse({
    services: needs.services.map(({ name, user }) => ({ name, state: 'Running', startMode: 'Auto', account: user })),
    folders: needs.folders.map(({ path: folder, rights }) => ({
      path: folder,
      rights: rights.map(({ who, right }) => ({ who, right, isInherited: false })),
    })),
    registry: needs.registry.map(({ key, name, value }) => ({ key, name, value })),
    firewall: needs.firewall.map((rule) => ({
      ...{ name: rule.name, action: rule.action, isEnabled: true, localPort: String(rule.localPort ?? 'Any') },
      localAddress: rule.localAddress ?? 'Any',
      remoteAddresses: rule.remoteAddresses.map((one) => one.replace('/24', '/255.255.255.0')),
    })),
    exclusions: needs.unscanned.map((one) => one.path),
    machine: {
      firewallOn: true,
      defenderOn: true,
      standbySeconds: 0,
      timeSource: 'time1.example.org,0x8',
      restartPending: false,
    },
  });
}

describe('a Windows host beside its plan', () => {
  const folder = openFolder();
  let needs: WindowsNeeds;
  let state: WindowsState;
  beforeEach(() => {
    const file = parsed();
    needs = windowsHost(file, file.hosts[1]!, 'deploy.json');
    state = answerOf(needs);
    for (const one of needs.files) put(one.path, one.content);
    for (const key of needs.keys) put(key.kind === 'file' ? key.path : `${key.path}\\key`, 'a key');
  });
  function put(place: string, content: string): void {
    const file = path.join(folder(), ...place.replace(':', '').split('\\'));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const faults = () => checkWindows(needs, folder(), state).filter((one) => one.state !== 'ok');

  it('is as planned where everything is', () => {
    assert.deepEqual(faults(), []);
  });

  const CHANGES: readonly [string, (state: WindowsState) => unknown, RegExp, RegExp][] = [
    [
      'a service that stopped',
      ({ services }) => Object.assign(services[0]!, { state: 'Stopped' }),
      /^service believe-bridge$/,
      /Stopped/,
    ],
    [
      'a service as the system',
      ({ services }) => Object.assign(services[1]!, { account: 'LocalSystem' }),
      /^service believe-broker$/,
      /LocalSystem/,
    ],
    [
      'a service too many',
      ({ services }) => services.push({ ...services[0]!, name: 'believe-miner' }),
      /believe-miner/,
      /Running/,
    ],
    [
      'somebody who can read the keys',
      ({ folders }) =>
        void folders
          .find((one) => one.path.endsWith('broker\\keys'))!
          .rights.push({ who: 'BUILTIN\\Users', right: 'RX', isInherited: false }),
      /broker\\keys$/,
      /BUILTIN\\Users:RX/,
    ],
    [
      'inherited rights',
      ({ folders }) => Object.assign(folders[0]!.rights[0]!, { isInherited: true }),
      /^folder C:\\ProgramData\\believe$/,
      /inherited/,
    ],
    [
      'updates that install themselves',
      ({ registry }) => Object.assign(registry.find(({ name }) => name === 'AUOptions')!, { value: 4 }),
      /AUOptions$/,
      /^4$/,
    ],
    [
      'a value that is not there',
      ({ registry }) => Object.assign(registry.find(({ name }) => name === 'DontShowUI')!, { value: null }),
      /DontShowUI$/,
      /nothing/,
    ],
    [
      'remote desktop for everybody',
      ({ firewall }) => Object.assign(firewall[1]!, { remoteAddresses: [] }),
      /administration/,
      /from Any/,
    ],
    [
      'a rule that is switched off',
      ({ firewall }) => Object.assign(firewall[0]!, { isEnabled: false }),
      /nothing from the tunnel/,
      /switched off/,
    ],
    ['a scanner in the capture', (one) => one.exclusions.shift(), /Defender leaves out .*broker$/, /nothing/],
    ['a machine that sleeps', ({ machine }) => Object.assign(machine, { standbySeconds: 1800 }), /never sleeps/, /no/],
    [
      'a clock that nobody sets',
      ({ machine }) => Object.assign(machine, { timeSource: 'Local CMOS Clock' }),
      /clock/,
      /no/,
    ],
    [
      'a restart that waits',
      ({ machine }) => Object.assign(machine, { restartPending: true }),
      /restart is pending/,
      /no/,
    ],
  ];
  for (const [what, change, item, found] of CHANGES)
    it(`names ${what}, and nothing else`, () => {
      change(state);
      const all = faults();
      assert.equal(all.length, 1, JSON.stringify(all));
      assert.match(all[0]!.item, item);
      assert.match(all[0]!.found, found);
      assert.notEqual(all[0]!.fix, '');
    });

  it('says what it could not look at where PowerShell was not asked', () => {
    assert.deepEqual(
      checkWindows(needs, folder(), null)
        .filter((one) => one.state !== 'ok')
        .map((one) => one.state),
      ['unknown'],
    );
  });
});
