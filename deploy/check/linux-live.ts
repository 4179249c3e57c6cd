import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isSupported, OLDEST_NODE_VERSION } from '../../setup/node-pins.mjs';
import { lastLine, runCommand } from '../../setup/run-command.js';
import { nodeVersionOf } from '../node-version.js';
import type { HostNeeds } from '../plan/host-needs.js';
import { enabledUnits } from '../plan/install-sh.js';
import { differs, type Finding, ok, unknown } from './finding.js';

const LIMIT = { timeLimitMs: 20_000 };
const OFFSET_SECONDS_MAX = 0.1;

/** What runs on this machine: units, rules of the firewall, tunnel, clock. Nothing is changed. */
export async function checkRunning(needs: HostNeeds, tunnel: string): Promise<Finding[]> {
  return [
    ...(await checkActive(needs)),
    ...(await checkRules(needs)),
    ...(await checkTunnel(needs, tunnel)),
    ...(await checkClock()),
    ...(await checkNode(needs)),
  ];
}

async function checkActive(needs: HostNeeds): Promise<Finding[]> {
  const item = 'units run';
  if (!existsSync('/run/systemd/system'))
    return [unknown(item, 'systemd does not run this machine', 'what does not run does nothing')];
  const reasons = new Map<string, string>([
    ...needs.services.map(({ name, why }) => [`${name}.service`, why] as const),
    ...needs.foreignUnits.map(({ unit, why }) => [unit, why] as const),
  ]);
  const units = [...enabledUnits(needs), ...needs.foreignUnits.map(({ unit }) => unit)];
  const { stdout } = await runCommand('systemctl', ['is-active', ...units], LIMIT);
  const states = stdout.trim().split('\n');
  return units.map((unit, at) => {
    const why = reasons.get(unit) ?? 'it starts others, or keeps them apart';
    if (states[at] === 'active') return ok(`${unit} runs`, 'active', why);
    const fix = `journalctl -u ${unit} -n 50; then systemctl restart ${unit}`;
    return differs({ item: `${unit} runs`, found: states[at] ?? 'unknown', expected: 'active', why, fix });
  });
}

/**
 * The rules that are loaded, beside those of the plan as nft itself prints them: they are loaded for that into a network of their own,
 * which ends with the command.
 */
export async function checkRules(needs: HostNeeds): Promise<Finding[]> {
  const item = 'rules of the firewall';
  const planned = needs.files.find((file) => file.path === '/etc/believe/firewall.nft')!;
  const loaded = await runCommand('nft', ['-s', 'list', 'table', 'inet', 'believe'], LIMIT);
  const expected = 'the rules of the plan, loaded';
  if (loaded.status !== 0) {
    const said = lastLine(loaded);
    if (!/No such file or directory/.test(loaded.stderr))
      return [unknown(item, said || 'nft cannot be asked', planned.why)];
    return [
      differs({
        item,
        found: 'not loaded',
        expected,
        why: planned.why,
        fix: 'systemctl restart believe-firewall.service',
      }),
    ];
  }
  const wanted = await asNftPrints(planned.content);
  if (wanted === null) return [unknown(item, 'no network of its own can be made for a comparison', planned.why)];
  const [found, should] = [linesOf(loaded.stdout), linesOf(wanted)];
  const more = found.filter((line) => !should.includes(line));
  const less = should.filter((line) => !found.includes(line));
  const fix = 'find out who changed it; then systemctl restart believe-firewall.service';
  const findings = [
    ...more.map((line) =>
      differs({ item: `${item}: one too many`, found: line, expected: 'nothing', why: planned.why, fix }),
    ),
    ...less.map((line) =>
      differs({ item: `${item}: one is missing`, found: 'nothing', expected: line, why: planned.why, fix }),
    ),
  ];
  return findings.length > 0 ? findings : [ok(item, expected, planned.why)];
}

async function asNftPrints(rules: string): Promise<string | null> {
  const folder = mkdtempSync(path.join(tmpdir(), 'believe-rules-'));
  try {
    const file = path.join(folder, 'rules.nft');
    writeFileSync(file, rules);
    const script = 'nft -f "$1" && nft -s list table inet believe';
    const { status, stdout } = await runCommand('unshare', ['--net', 'sh', '-c', script, 'sh', file], LIMIT);
    return status === 0 ? stdout : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

async function checkTunnel({ files }: HostNeeds, tunnel: string): Promise<Finding[]> {
  const conf = files.find((file) => file.path === `/etc/wireguard/${tunnel}.conf`);
  if (conf === undefined) return [];
  const item = `tunnel ${tunnel}`;
  const shown = await runCommand('wg', ['show', tunnel, 'dump'], LIMIT);
  const fix = `systemctl restart wg-quick@${tunnel}.service`;
  if (shown.status !== 0)
    return [differs({ item, found: lastLine(shown) || 'not up', expected: 'up', why: conf.why, fix })];
  const found = shown.stdout
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[0]!);
  const planned = [...conf.content.matchAll(/^PublicKey = (.+)$/gm)].map(([, key]) => key!);
  const wrong = [
    ...found.filter((key) => !planned.includes(key)).map((key) => `peer ${key} is in no plan`),
    ...planned.filter((key) => !found.includes(key)).map((key) => `peer ${key} is missing`),
  ];
  if (wrong.length === 0) return [ok(item, `up, ${found.length} peers`, conf.why)];
  return [
    differs({ item, found: wrong.join('; '), expected: `${planned.length} peers of the plan`, why: conf.why, fix }),
  ];
}

/** With an older one a service ends in words that only its log has. */
async function checkNode({ services }: HostNeeds): Promise<Finding[]> {
  const programs = [...new Set(services.map(({ command }) => command[0]!))].filter((one) => /node$/.test(one));
  const findings = programs.map(async (program) => {
    const item = `Node at ${program}`;
    const why = 'every process of ours runs on it';
    const version = await nodeVersionOf(program);
    if (version !== null && isSupported(version)) return ok(item, version, why);
    const expected = `${OLDEST_NODE_VERSION} or newer, of an even version that is supported`;
    const fix = 'a bundle has one in node/: name it in `node` of deploy.json, plan and install again';
    return differs({ item, found: version ?? 'no Node that runs', expected, why, fix });
  });
  return await Promise.all(findings);
}

async function checkClock(): Promise<Finding[]> {
  const item = 'clock';
  const why = 'captures of two machines are compared by their clocks, and releases expire by them';
  const asked = await runCommand('chronyc', ['-c', 'tracking'], LIMIT);
  const fix = 'chronyc sources -v; then see timeServers of deploy.json';
  const expected = `synchronised, within ${OFFSET_SECONDS_MAX} s`;
  if (asked.status !== 0)
    return [
      differs({
        item,
        found: lastLine(asked) || 'chrony does not answer',
        expected,
        why,
        fix: 'systemctl restart chrony',
      }),
    ];
  // Reference, its name, stratum, time, system's offset in seconds, ..., leap status: `chronyc -c tracking`.
  const fields = asked.stdout.trim().split(',');
  const offsetSeconds = Math.abs(Number(fields[4]));
  const isSynchronised = fields.at(-1) === 'Normal';
  const found = `${isSynchronised ? 'synchronised' : 'not synchronised'}, ${offsetSeconds} s off`;
  if (isSynchronised && offsetSeconds <= OFFSET_SECONDS_MAX) return [ok(item, found, why)];
  return [differs({ item, found, expected, why, fix })];
}
