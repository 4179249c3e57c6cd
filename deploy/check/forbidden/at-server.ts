import { existsSync, readFileSync } from 'node:fs';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import type { DeployFile } from '../../plan/deploy-file.js';
import type { HostNeeds, Tier } from '../../plan/host-needs.js';
import { heldFolder } from '../../plan/linux-places.js';
import { differs, type Finding, notTried, ok, unknown } from '../finding.js';
import { type Asking, ATTEMPTS } from './temporal-attempts.js';

const DENIED = 7;
const WHY =
  'whoever takes over this host has its certificates: what the server refuses them is all that holds him there';

/**
 * Asks the Temporal server for everything that a role must not, with each certificate that is held on this host, and without one. Attempts
 * that would leave something behind, were they not refused, are not made: tests of the server have them.
 */
export async function tryAtServer(file: DeployFile, needs: HostNeeds): Promise<Finding[]> {
  const server = file.hosts.find(({ roles }) => roles.includes('temporal'));
  const item = 'the Temporal server refuses';
  if (server === undefined) return [unknown(item, 'a server of others: what it refuses is for its owner to say', WHY)];
  const address = `${server.address}:${file.temporal.port}`;
  const serverName = file.temporal.serverName ?? server.name;
  const held = heldRoles(needs);
  const findings: Finding[] = [await withoutCertificate(address, serverName)];
  for (const { role, folder } of held) {
    const tls = {
      serverNameOverride: serverName,
      serverRootCACertificate: readFileSync('/etc/believe/ca.pem'),
      clientCertPair: { crt: readFileSync(`${folder}/${role}.pem`), key: readFileSync(`${folder}/${role}.key`) },
    };
    findings.push(...(await askAll(role, { address, tls, namespace: file.temporal.namespace })));
  }
  return findings;
}

/** The server's own certificate may everything, and is for nobody else. */
function heldRoles({ services }: HostNeeds): { role: Asking; folder: string }[] {
  const all = services.flatMap(({ tier, user }) =>
    tier === null || tier === 'server' ? [] : [{ role: tier as Exclude<Tier, 'server'>, folder: heldFolder(user) }],
  );
  return all.filter(({ role }, at) => all.findIndex((other) => other.role === role) === at);
}

interface Server {
  readonly address: string;
  readonly namespace: string;
  readonly tls: NonNullable<Parameters<typeof Connection.connect>[0]>['tls'];
}

/** Asks for all that a role must not, and for what it may. */
export async function askAll(role: Asking, { address, tls, namespace }: Server): Promise<Finding[]> {
  const item = `the Temporal server, asked with the certificate of ${role}`;
  const connection = await Connection.connect({ address, tls, connectTimeout: 5000 }).catch((error: unknown) => error);
  if (!(connection instanceof Connection))
    return [notTried(item, String(connection), WHY, `start it, or mend the way to ${address}, and try again`)];
  const client = new Client({ connection, namespace });
  try {
    const harmless = ATTEMPTS.filter(({ leaves }) => leaves !== true);
    const asked = await Promise.all(harmless.map(async (one) => ({ ...one, passed: await passes(client, one.ask) })));
    const wrong = asked.filter(({ may, passed }) => may.includes(role) !== passed);
    if (wrong.length === 0) {
      const refused = asked.filter(({ passed }) => !passed).length;
      return [ok(item, `refused: ${refused}; let, as it may: ${asked.length - refused}`, WHY)];
    }
    return wrong.map(({ what, passed }) =>
      differs({
        item: `${item}: ${what}`,
        found: passed ? 'IT WAS LET' : 'refused',
        expected: passed ? 'refused' : 'let',
        why: passed ? WHY : 'the work of this role needs it',
        fix: 'see that the server that runs is the one of `believe temporal build` of this version (docs/temporal.md)',
      }),
    );
  } finally {
    await connection.close();
  }
}

/** Whether the server's authorizer let a call pass, whatever came of it then. */
export async function passes(client: Client, ask: (typeof ATTEMPTS)[number]['ask']): Promise<boolean> {
  try {
    await client.withDeadline(Date.now() + 3000, () => ask(client.workflowService, client));
    return true;
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    return error.code !== DENIED;
  }
}

async function withoutCertificate(address: string, serverNameOverride: string): Promise<Finding> {
  const item = 'the Temporal server, asked without a certificate';
  const serverRootCACertificate = existsSync('/etc/believe/ca.pem') ? readFileSync('/etc/believe/ca.pem') : undefined;
  const ways = [{ serverNameOverride, ...(serverRootCACertificate && { serverRootCACertificate }) }, null];
  for (const tls of ways) {
    const connection = await Connection.connect({ address, tls, connectTimeout: 3000 }).catch(() => null);
    await connection?.close();
    if (connection !== null)
      return differs({
        ...{ item, found: 'IT WAS LET', expected: 'no connection', why: WHY },
        fix: 'see that the server reads the settings of the plan (/etc/believe/temporal-server), and start it again',
      });
  }
  return ok(item, 'no connection, by TLS or in the clear', WHY);
}
