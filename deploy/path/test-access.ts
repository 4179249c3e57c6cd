import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { passwordFile } from '../../broker/rsync/module-access.js';
import { rsyncFlavour, rsyncPath } from '../../broker/rsync/rsync-path.js';
import { obtainRsync, RSYNC_MINIMUM } from '../../setup/rsync.js';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { isLoopback } from '../../shared/config/loopback.js';
import { moduleUrl, type RsyncModule } from '../../shared/contract/rsync-modules.js';
import { sinceHandshake } from './since-handshake.js';

/** One thing that the road must allow, or must refuse. */
export interface AccessCheck {
  readonly what: string;
  readonly holds: boolean;
  readonly found: string;
}

/**
 * Tries, from the broker's side and with the broker's own passwords, what the daemon on research must allow and what it must
 * refuse. What it writes is no file of a batch: the receiver sets it aside.
 */
export async function testAccess({ home, rsync }: Config): Promise<AccessCheck[]> {
  const {
    path: program,
    version,
    meetsMinimum,
  } = await obtainRsync({
    reach: isLoopback(rsync.host) ? 'loopback' : 'network',
  });
  const flavour = rsyncFlavour(program);
  const scratch = mkdtempSync(path.join(tmpdir(), 'believe-path-'));
  try {
    writeFileSync(path.join(scratch, PROBE), 'written by `believe path test`; drop it\n');
    const brokerFolder = homePlaces(home).broker.folder;
    const call = (as: RsyncModule, from: string, to: string, ...options: string[]) => {
      const file = passwordFile(brokerFolder, as);
      const password = `--password-file=${rsyncPath(file, flavour)}`;
      const { status, stderr, stdout } = spawnSync(
        program,
        ['--timeout=10', '--contimeout=10', '--no-motd', password, ...options, from, to].filter((one) => one !== ''),
        { encoding: 'utf8', windowsHide: true, ...ownerOf(file, scratch) },
      );
      return { isDone: status === 0, said: (stderr || stdout).trim().split('\n')[0] ?? '' };
    };
    const url = (module: RsyncModule, rest = '') => `${moduleUrl(module, rsync)}/${rest}`;
    const here = `${rsyncPath(scratch, flavour)}/`;
    const probe = `${here}${PROBE}`;
    const allowed = (what: string, { isDone, said }: ReturnType<typeof call>) => ({
      ...{ what, holds: isDone },
      found: isDone ? 'done' : said,
    });
    const refused = (what: string, { isDone, said }: ReturnType<typeof call>) => ({
      ...{ what: `refused: ${what}`, holds: !isDone && REFUSAL.test(said) },
      found: isDone ? 'IT WAS DONE' : REFUSAL.test(said) ? said : `not known, because it did not come to that: ${said}`,
    });
    return [
      ...(isLoopback(rsync.host) ? [] : [handshakeCheck(await sinceHandshake())]),
      { what: `rsync ${RSYNC_MINIMUM} or newer`, holds: meetsMinimum, found: version },
      allowed('write into landing', call('landing', probe, url('landing'), '-t')),
      allowed('read from receipts', call('receipts', url('receipts', NOTE), here, '-t', '--ignore-missing-args')),
      refused('list landing', call('landing', url('landing'), '', '--list-only')),
      refused('read from landing', call('landing', url('landing', PROBE), `${here}back`, '-t')),
      refused('delete in landing', call('landing', here, url('landing'), '-rt', '--delete')),
      refused('write into receipts', call('receipts', probe, url('receipts'), '-t')),
      refused('write into releases', call('releases', probe, url('releases'), '-t')),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** rsync takes a password from a file of its own user only: root asks as the one whose file it is. */
function ownerOf(file: string, scratch: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const { uid, gid } = statSync(file);
  for (const one of [scratch, path.join(scratch, PROBE)]) chownSync(one, uid, gid);
  return { uid, gid };
}

/** In the daemon's words: any other failure shows nothing of what it would have refused. */
const REFUSAL = /^@ERROR|module is (read|write) only|configured to refuse/;

/** While data go WireGuard shakes hands every two minutes, and the broker's side keeps the tunnel alive. */
function handshakeCheck(seconds: number | null): AccessCheck {
  const found = seconds === null ? 'not known: wg is missing, or may not be asked' : `${seconds} s ago`;
  return { what: 'handshake of WireGuard', holds: seconds === null || seconds <= HANDSHAKE_SECONDS_MAX, found };
}

const HANDSHAKE_SECONDS_MAX = 180;
const PROBE = 'believe-path-test.zst';
const NOTE = 'orders-e0001.note';
