import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Language, Node, Parser } from 'web-tree-sitter';
import { stateScript } from '../../deploy/check/windows-state.js';
import { planHost } from '../../deploy/plan/plan-host.js';
import { windowsHost } from '../../deploy/plan/windows-host.js';
import { REGISTRY } from '../../deploy/plan/windows-registry.js';
import { findOnPath } from '../../setup/find-on-path.js';
import { runCommand } from '../../setup/run-command.js';
import { findWine, winePath, winePrefix } from '../study/wine.js';
import { openFolder, parsed } from './example.js';

const LIMIT_MS = 60_000;

function windowsFiles(kind: 'nssm' | 'winsw' = 'nssm') {
  const file = parsed(({ hosts }) => Object.assign(hosts[1]!, { serviceHost: { kind } }));
  return planHost(file, file.hosts[1]!, 'deploy.json');
}
const ending = (text: string, kind?: 'nssm' | 'winsw') => windowsFiles(kind).filter((one) => one.path.endsWith(text));

describe('what is written for Windows', () => {
  const folder = openFolder();

  it('has the line ends that Windows programs want, and no name that Windows does not take', () => {
    for (const { path: place, content } of windowsFiles()) {
      assert.doesNotMatch(place, /[<>:"|?*\\]|[. ]$/);
      if (!/[.](ps1|cmd|reg|ini|xml|template)$/.test(place)) continue;
      assert.doesNotMatch(content, /[^\r]\n/, place);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what every code page has
      assert.doesNotMatch(content, /[^\x00-\x7f]/, place);
    }
  });

  it('scripts are PowerShell, by its grammar', async () => {
    const parser = await powerShellParser();
    const file = parsed();
    const scripts = {
      nssm: ending('install.ps1')[0]!.content,
      winsw: ending('install.ps1', 'winsw')[0]!.content,
      state: stateScript(windowsHost(file, file.hosts[1]!, 'deploy.json')),
    };
    for (const [name, script] of Object.entries(scripts)) {
      const tree = parser.parse(script)!;
      assert.deepEqual(wrongNodes(tree.rootNode), [], name);
    }
    // The parser can fail.
    assert.notDeepEqual(wrongNodes(parser.parse("if ($true) { Write-Output 'a'")!.rootNode), []);
  });

  it('gives every folder to the administration and to named services, and to nobody else', () => {
    const file = parsed();
    const needs = windowsHost(file, file.hosts[1]!, 'deploy.json');
    for (const { path: place, rights } of needs.folders) {
      const others = rights.filter(
        ({ who }) =>
          !/^(NT SERVICE\\believe-|NT AUTHORITY\\SYSTEM$|BUILTIN\\Administrators$|believe-gateway$)/.test(who),
      );
      assert.deepEqual(others, [], place);
    }
    const keys = needs.folders.find((one) => one.path.endsWith('\\broker\\keys'))!;
    assert.deepEqual(
      keys.rights.map(({ who }) => who).filter((who) => who.startsWith('NT SERVICE')),
      ['NT SERVICE\\believe-broker'],
    );
  });

  it("names only settings that IBC's own file has", () => {
    const names = ending('config.ini')[0]!
      .content.split('\r\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split('=')[0]!);
    assert.deepEqual(
      names.filter((name) => !IBC_SETTINGS.includes(name)),
      [],
    );
    assert.equal(new Set(names).size, names.length);
  });

  it('WinSW files are XML with elements that it documents', () => {
    const files = ending('.xml', 'winsw');
    assert.equal(files.length, 4);
    const python =
      'import sys, xml.etree.ElementTree as e; print("\\n".join(c.tag for c in e.fromstring(sys.stdin.buffer.read())))';
    for (const { path: place, content } of files) {
      const { stdout, status, stderr } = spawnSync('python3', ['-c', python], { input: content, encoding: 'utf8' });
      assert.equal(status, 0, `${place}: ${stderr}`);
      const tags = stdout.trim().split('\n');
      assert.deepEqual(
        tags.filter((tag) => !WINSW_ELEMENTS.includes(tag)),
        [],
        place,
      );
      for (const needed of ['id', 'executable', 'arguments', 'serviceaccount', 'onfailure', 'log'])
        assert.ok(tags.includes(needed), needed);
    }
  });

  describe('under wine', function () {
    this.timeout(240_000);
    let wine: string;
    before(async function () {
      const found = await findWine();
      if (found === undefined) this.skip();
      wine = found;
    });

    it('settings.reg is imported, value by value', async () => {
      const { program, env } = await winePrefix(wine);
      const file = path.join(folder(), 'settings.reg');
      writeFileSync(file, ending('settings.reg')[0]!.content);
      const imported = await runCommand(program, ['reg', 'import', winePath(file)], { env, timeLimitMs: LIMIT_MS });
      assert.equal(imported.status, 0, imported.stderr);
      const exported = path.join(folder(), 'exported.reg');
      await runCommand(program, ['reg', 'export', 'HKLM\\SYSTEM\\CurrentControlSet', winePath(exported), '/y'], {
        env,
        timeLimitMs: LIMIT_MS,
      });
      const system = readFileSync(exported, 'utf16le');
      for (const { key, name, value } of REGISTRY.filter((one) => one.key.startsWith('SYSTEM'))) {
        const section = system
          .split(/\r\n\[/)
          .find((one) =>
            one.toLowerCase().includes(`${key.toLowerCase().replace('system\\currentcontrolset\\', '')}]`),
          );
        assert.ok(section?.includes(`"${name}"=dword:${value.toString(16).padStart(8, '0')}`), `${key} ${name}`);
      }
    });

    it('install-services.cmd hands NSSM and sc the words that they document', async function () {
      const compiler = await findOnPath('x86_64-w64-mingw32-gcc');
      if (compiler === undefined) this.skip();
      const { program, env } = await winePrefix(wine);
      const calls = await runServices({ compiler: compiler!, program, env, folder: folder() });
      const nssm = calls.filter(([name]) => name === 'nssm').map(([, ...words]) => words);
      const parameters = new Set(nssm.filter(([verb]) => verb === 'set').map(([, , parameter]) => parameter!));
      assert.deepEqual(
        [...parameters].filter((one) => !NSSM_PARAMETERS.includes(one)),
        [],
      );
      const bridge = nssm.filter(([, name]) => name === 'believe-bridge');
      assert.deepEqual(bridge[0], ['install', 'believe-bridge', 'C:\\Program Files\\nodejs\\node.exe']);
      const setTo = (parameter: string) => bridge.find(([, , name]) => name === parameter)!.slice(3);
      assert.deepEqual(setTo('AppParameters'), [
        '--max-semi-space-size=2 --no-parallel-scavenge --enable-source-maps "C:\\Program Files\\believe\\dist\\cli\\main.js" bridge --config C:\\ProgramData\\believe\\believe.config.json',
      ]);
      assert.deepEqual(setTo('AppExit'), ['Default', 'Restart']);
      assert.ok(setTo('AppEnvironmentExtra').includes('NODE_ENV=production'));
      const sc = calls.filter(([name]) => name === 'sc').map(([, ...words]) => words);
      assert.ok(sc.some((words) => words.join('|') === 'config|believe-bridge|obj=|NT SERVICE\\believe-bridge'));
      const made = nssm.filter(([verb]) => verb === 'install').map(([, name]) => name);
      assert.deepEqual(made, ['believe-bridge', 'believe-broker', 'believe-sierra', 'believe-watcher']);
    });
  });
});

/** Programs in the place of NSSM and of sc, which write down the words that they are given as Windows programs read them. */
async function runServices(ask: {
  compiler: string;
  program: string;
  env: NodeJS.ProcessEnv;
  folder: string;
}): Promise<string[][]> {
  const at = (name: string) => path.join(ask.folder, name);
  writeFileSync(at('say.c'), SAY_WORDS);
  const built = await runCommand(ask.compiler, ['-O1', '-o', at('nssm.exe'), at('say.c')], { timeLimitMs: LIMIT_MS });
  assert.equal(built.status, 0, built.stderr);
  copyFileSync(at('nssm.exe'), at('sc.exe'));
  mkdirSync(at('out'));
  const script = ending('install-services.cmd')[0]!.content.replace(
    /^set "NSSM=.*"\r$/m,
    `set "NSSM=${winePath(at('nssm.exe'))}"\r`,
  );
  writeFileSync(at('install-services.cmd'), script.replaceAll(/^sc /gm, `"${winePath(at('sc.exe'))}" `));
  const env = { ...ask.env, SAID: winePath(at('said.txt')) };
  const run = await runCommand(ask.program, ['cmd', '/d', '/c', winePath(at('install-services.cmd'))], {
    env,
    timeLimitMs: LIMIT_MS,
  });
  assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
  return readFileSync(at('said.txt'), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split('\t'))
    .map(([name, ...words]) => [path.win32.basename(name!, '.exe'), ...words]);
}

/** Its own name and words, a line a call; there is no service so far. */
const SAY_WORDS = `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int count, char **words) {
  FILE *said = fopen(getenv("SAID"), "a");
  if (!said) return 9;
  for (int at = 0; at < count; at++) fprintf(said, "%s%s", at ? "\\t" : "", words[at]);
  fprintf(said, "\\n");
  fclose(said);
  return count > 1 && strcmp(words[1], "query") == 0;
}
`;

async function powerShellParser(): Promise<Parser> {
  const { Parser: Engine, Language: Languages } = await import('web-tree-sitter');
  await Engine.init();
  const grammar = path.join(
    path.dirname(createRequire(import.meta.url).resolve('tree-sitter-powershell/package.json')),
    'tree-sitter-powershell.wasm',
  );
  const language: Language = await Languages.load(new Uint8Array(readFileSync(grammar)));
  const parser = new Engine();
  parser.setLanguage(language);
  return parser;
}

function wrongNodes(node: Node): string[] {
  if (!node.hasError) return [];
  const own = node.isError || node.isMissing ? [`line ${node.startPosition.row + 1}: ${node.text.slice(0, 80)}`] : [];
  return [...own, ...node.children.flatMap((child) => (child === null ? [] : wrongNodes(child)))];
}

/** By NSSM's documentation of `nssm set`. */
const NSSM_PARAMETERS = (
  'Application AppDirectory AppParameters AppEnvironment AppEnvironmentExtra AppExit AppAffinity AppPriority AppNoConsole AppStopMethodSkip ' +
  'AppStopMethodConsole AppStopMethodWindow AppStopMethodThreads AppThrottle AppRestartDelay AppStdin AppStdout AppStderr AppRotateFiles ' +
  'AppRotateOnline AppRotateSeconds AppRotateBytes Description DisplayName ObjectName Name Start Type DependOnService'
).split(' ');

/** By WinSW's documentation of its configuration file. */
const WINSW_ELEMENTS = (
  'id executable name description startmode delayedAutoStart depend logpath arguments startarguments stopexecutable stoparguments prestart ' +
  'poststart prestop poststop preshutdown preshutdownTimeout stoptimeout env interactive beeponshutdown download log onfailure resetfailure ' +
  'securityDescriptor serviceaccount workingdirectory priority autoRefresh sharedDirectoryMapping'
).split(' ');

/** Names of IBC's own config.ini. */
const IBC_SETTINGS = (
  'FIX IbLoginId IbPassword FIXLoginId FIXPassword SecondFactorDevice ReloginAfterSecondFactorAuthenticationTimeout SecondFactorAuthenticationExitInterval ' +
  'SecondFactorAuthenticationTimeout ExitAfterSecondFactorAuthenticationTimeout TradingMode AcceptNonBrokerageAccountWarning LoginDialogDisplayTimeout IbDir ' +
  'StoreSettingsOnServer MinimizeMainWindow ExistingSessionDetectedAction OverrideTwsApiPort OverrideTwsMasterClientID ReadOnlyLogin ReadOnlyApi ' +
  'BypassOrderPrecautions TrustedTwsApiClientIPs ResetOrderIdsAtStart ConfirmOrderIdReset AutoLogoffTime AutoRestartTime ColdRestartTime ClosedownAt ' +
  'AcceptIncomingConnectionAction AllowBlindTrading SaveTwsSettingsAt DismissPasswordExpiryWarning DismissNSEComplianceNotice CommandServerPort ControlFrom ' +
  'BindAddress CommandPrompt SuppressInfoMessages LogStructureScope LogStructureWhen IncludeStackTraceForExceptions'
).split(' ');
