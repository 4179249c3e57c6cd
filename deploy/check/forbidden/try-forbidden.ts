import { type AccessCheck, testAccess } from '../../path/test-access.js';
import { testWrongDirection } from '../../path/test-wrong-direction.js';
import type { DeployFile, DeployHost } from '../../plan/deploy-file.js';
import type { HostNeeds } from '../../plan/host-needs.js';
import { settingsOf } from '../../plan/settings.js';
import { differs, type Finding, ok, unknown } from '../finding.js';
import { tryAtServer } from './at-server.js';
import { tryInSandboxes } from './in-sandbox.js';

/** Tries, from this host and with what it holds, each thing that nobody on it may: at the server, on the road to research, and among its services. */
export async function tryForbidden(
  file: DeployFile,
  host: DeployHost,
  needs: HostNeeds,
  source: string,
): Promise<Finding[]> {
  return [
    ...(host.os === 'linux'
      ? [...(await tryAtServer(file, needs)), ...(await tryInSandboxes(needs, host))]
      : [unknown('services are held', 'not tried on Windows', 'whoever takes over a process has what it may')]),
    ...(await tryRoads(file, host, source)),
  ];
}

/** A broker may write what it sends and read what is for it; to a broker nobody may connect. */
async function tryRoads(file: DeployFile, host: DeployHost, source: string): Promise<Finding[]> {
  const has = (role: DeployHost['roles'][number]) => host.roles.includes(role);
  const roads = has('broker')
    ? await testAccess(settingsOf(file, host, source).config)
    : (
        await Promise.all(
          file.hosts
            .filter((other) => other.roles.includes('broker') && other !== host)
            .map(({ address }) => testWrongDirection(address, [file.rsyncPort, file.temporal.port])),
        )
      ).flat();
  return roads.map(findingOf);
}

function findingOf({ what, holds, found }: AccessCheck): Finding {
  const item = `road: ${what}`;
  const why = 'who holds one tier must not hold the other';
  if (holds) return ok(item, found, why);
  return differs({ item, found, expected: 'as it says', why, fix: 'docs/data-path.md; then `believe path test`' });
}
