import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';
import { certificateFile, issueCertificate, keyFile, makeAuthority } from '../../deploy/certificates/authority.js';
import { CERTIFICATE_ROLES, type CertificateRole } from '../../deploy/certificates/roles.js';
import { passes as isLet } from '../../deploy/check/forbidden/at-server.js';
import { type Asking, ATTEMPTS } from '../../deploy/check/forbidden/temporal-attempts.js';
import { ensureNamespace } from '../../temporal/namespace.js';
import { OwnServer, whatIsMissing } from './own-server.js';
import { type Identity, rawStatus } from './raw-call.js';

const OK = 0;
const DENIED = 7;
const ROLES = CERTIFICATE_ROLES.filter((role): role is Asking => role !== 'server');
const SERVICE = '/temporal.api.workflowservice.v1.WorkflowService';
const AUDIENCE = 'believe';

/** Against the real server and PostgreSQL, over gRPC, with the certificates that `believe certs` makes. */
describe('the roles at a Temporal server of our own', function () {
  this.timeout(600_000);
  let own: OwnServer;
  let issuer: http.Server;
  const clients = new Map<CertificateRole, Client>();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  before(async function () {
    const missing = await whatIsMissing();
    if (missing !== null) {
      process.stderr.write(`skipped: ${missing}\n`);
      this.skip();
    }
    const jwks = JSON.stringify({
      keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }],
    });
    issuer = http.createServer((_, response) => response.end(jwks));
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const keyUrls = [`http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`];
    own = await OwnServer.open({ tokens: { keyUrls, audience: AUDIENCE } });
    for (const role of CERTIFICATE_ROLES) clients.set(role, await own.client(role));
  });
  after(async () => {
    for (const client of clients.values()) await client.connection.close();
    await own?.close();
    issuer?.close();
  });

  const identityOf = (role: CertificateRole): Identity => own.configOf(role).temporal.tls;
  const calls = (role: CertificateRole) => clients.get(role)!.workflowService;
  const client = (role: CertificateRole) => clients.get(role)!;

  /** The part that runs the server's own workers has a port in the settings and opens none. */
  function partsThatListen(): number[] {
    const { worker: _, ...others } = own.settings.partPorts;
    return Object.values(others);
  }

  it('each may what the table says, and nothing else of it', async () => {
    const rows = await Promise.all(
      ATTEMPTS.map(async ({ what, may, ask }) => {
        const passed = await Promise.all(ROLES.map((role) => isLet(client(role), ask)));
        return { what, may, passed };
      }),
    );
    const line = (cells: readonly string[]) =>
      `    ${cells.map((cell, at) => cell.padEnd(at === 0 ? 52 : 14)).join('')}\n`;
    process.stdout.write(line(['', ...ROLES]));
    for (const { what, passed } of rows)
      process.stdout.write(line([what, ...passed.map((one) => (one ? 'may' : 'refused'))]));
    for (const { what, may, passed } of rows)
      assert.deepEqual(
        ROLES.filter((_, at) => passed[at]),
        ROLES.filter((role) => may.includes(role)),
        what,
      );
  });

  it('nobody administers it from outside, not by a stream either; nobody reads its histories so', async () => {
    const admin = '/temporal.server.api.adminservice.v1.AdminService';
    for (const role of CERTIFICATE_ROLES) {
      for (const method of [
        'DescribeMutableState',
        'DeleteWorkflowExecution',
        'GetDLQMessages',
        'ForceUnloadTaskQueuePartition',
      ])
        assert.equal(
          await rawStatus(own.settings.port, `${admin}/${method}`, identityOf(role)),
          DENIED,
          `${role} ${method}`,
        );
      const headers = Object.fromEntries(
        ['client-cluster-id', 'client-shard-id', 'server-cluster-id', 'server-shard-id'].map((name) => [
          `temporal-${name}`,
          '1',
        ]),
      );
      const status = await rawStatus(
        own.settings.port,
        `${admin}/StreamWorkflowReplicationMessages`,
        identityOf(role),
        { headers },
      );
      assert.equal(status, DENIED, role);
    }
  });

  it('nobody comes in without a certificate, by one of another authority, or by one of no role', async () => {
    const others = { folder: own.at('others'), authorityFolder: own.at('others-offline') };
    await makeAuthority(others, 30);
    await issueCertificate(others, 'operator', { days: 9, names: [], newKey: false });
    const foreign = {
      caFile: identityOf('operator').caFile,
      certFile: certificateFile(others, 'operator'),
      keyFile: keyFile(others, 'operator'),
    };
    const { port, partPorts } = own.settings;
    for (const one of [port, ...Object.values(partPorts)]) {
      assert.equal(await rawStatus(one, `${SERVICE}/GetSystemInfo`, null), null, `${one} without`);
      assert.equal(await rawStatus(one, `${SERVICE}/GetSystemInfo`, foreign), null, `${one} foreign`);
    }
    assert.equal(await rawStatus(port, `${SERVICE}/GetSystemInfo`, identityOf('broker')), OK);
  });

  it("to the server's own parts nobody comes but the server", async () => {
    for (const port of partsThatListen()) {
      for (const role of ROLES)
        assert.equal(await rawStatus(port, `${SERVICE}/GetSystemInfo`, identityOf(role)), null, `${role} at ${port}`);
      assert.notEqual(
        await rawStatus(port, `${SERVICE}/GetSystemInfo`, identityOf('server')),
        null,
        `the server at ${port}`,
      );
    }
  });

  it('every port of the server and of PostgreSQL speaks TLS, on loopback but for the one, and there are no others', async () => {
    const { port, postgres } = own.settings;
    const listening = listeningPortsOf(own.pid);
    assert.deepEqual(new Set(listening), new Set([port, ...partsThatListen()]));
    for (const one of listening)
      assert.ok(isTlsAlert(await plainly(one, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')), `${one}`);
    assert.doesNotMatch(await plainly(port, 'GET /api/v1/namespaces HTTP/1.1\r\nhost: x\r\n\r\n'), /namespaces/);
    assert.deepEqual(listeningPortsOf(own.postgresPid), [postgres.port]);
  });

  it('PostgreSQL lets in the server’s certificate alone, and no password', async () => {
    const psql = own.psqlOf.bind(own);
    assert.equal(await psql(identityOf('server')), 'temporal');
    for (const role of ROLES) await assert.rejects(psql(identityOf(role)), /certificate authentication failed/, role);
    await assert.rejects(psql(null), /certificate|pg_hba/);
    await assert.rejects(psql(identityOf('server'), 'disable'), /no encryption/);
  });

  it('a step is answered by the role that it was given to, also after the server was killed', async () => {
    const namespace = 'believe';
    const queue = (name: string) => ({ name, kind: 1 });
    await calls('operator').startWorkflowExecution({
      ...{
        namespace,
        workflowId: 'two-steps',
        requestId: 'r',
        workflowType: { name: 'x' },
        taskQueue: queue('believe-workflows'),
      },
    });
    const task = await taskOf('x');
    const scheduled = ['research', 'broker'].map((tier) => ({
      commandType: protos.temporal.api.enums.v1.CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
      scheduleActivityTaskCommandAttributes: {
        ...{ activityId: tier, activityType: { name: tier }, taskQueue: queue(`believe-${tier}`) },
        ...{ scheduleToCloseTimeout: { seconds: 300 as never }, startToCloseTimeout: { seconds: 300 as never } },
      },
    }));
    const { taskToken } = task;
    await assert.rejects(calls('broker').respondWorkflowTaskCompleted({ namespace, taskToken, commands: scheduled }), {
      code: DENIED,
    });
    await calls('orchestrator').respondWorkflowTaskCompleted({ namespace, taskToken, commands: scheduled });
    const [research, broker] = await Promise.all(
      (['research', 'broker'] as const).map(async (tier) => {
        const { taskToken: token } = await polled(tier, ({ workflowService }) =>
          workflowService.pollActivityTaskQueue({ namespace, taskQueue: queue(`believe-${tier}`) }),
        );
        return Buffer.from(token);
      }),
    );
    // As the server itself writes tokens, and as it would take them: the other step's, under one's own stamp and under none.
    const stampBytes = 37;
    const bare = research!.subarray(0, -stampBytes);
    const forged = { stolen: research!, bare, restamped: Buffer.concat([bare, broker!.subarray(-stampBytes)]) };
    for (const [how, token] of Object.entries(forged)) {
      const asked = { namespace, taskToken: token };
      await assert.rejects(calls('broker').respondActivityTaskCompleted(asked), { code: DENIED }, how);
      await assert.rejects(calls('broker').respondActivityTaskFailed(asked), { code: DENIED }, how);
      await assert.rejects(calls('broker').respondActivityTaskCanceled(asked), { code: DENIED }, how);
      await assert.rejects(calls('broker').recordActivityTaskHeartbeat(asked), { code: DENIED }, how);
    }
    await own.killServer();
    await own.startServer();
    await calls('research').recordActivityTaskHeartbeat({ namespace, taskToken: research! });
    await calls('research').respondActivityTaskCompleted({ namespace, taskToken: research! });
    await calls('broker').respondActivityTaskCompleted({ namespace, taskToken: broker! });
    await calls('operator').terminateWorkflowExecution({ namespace, workflowExecution: { workflowId: 'two-steps' } });
  });

  it('a person’s token counts beside the certificate of the Web UI, for what it grants here, and beside no tier’s', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = (claims: object, header: object = {}) =>
      tokenOf(privateKey, { sub: 'ann', aud: AUDIENCE, exp: now + 300, ...claims }, header);
    const starts = async (role: CertificateRole, jwt: string) => {
      const message = protos.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest.encode({
        ...{
          namespace: 'believe',
          workflowId: '',
          workflowType: { name: 'x' },
          taskQueue: { name: 'believe-workflows' },
        },
      }).finish();
      const headers = { authorization: `Bearer ${jwt}` };
      const status = await rawStatus(own.settings.port, `${SERVICE}/StartWorkflowExecution`, identityOf(role), {
        message,
        headers,
      });
      return status !== DENIED;
    };
    const write = { permissions: ['believe:write'] };
    assert.equal(await starts('reader', token(write)), true);
    assert.equal(await starts('operator', token(write)), true);
    // The person's rights, not those of the certificate beside it.
    assert.equal(await starts('operator', token({ permissions: ['believe:read'] })), false);
    for (const role of ['broker', 'research', 'orchestrator', 'watcher', 'server'] as const)
      assert.equal(await starts(role, token(write)), false, role);
    const refused: Record<string, string> = {
      none: token({}),
      'another namespace': token({ permissions: ['default:write'] }),
      'the system': token({ permissions: ['temporal-system:admin'] }),
      admin: token({ permissions: ['believe:admin'] }),
      worker: token({ permissions: ['believe:worker'] }),
      'another audience': token({ ...write, aud: 'another' }),
      'no audience': token({ ...write, aud: undefined }),
      over: token({ ...write, exp: now - 60 }),
      'another key': tokenOf(
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
        { sub: 'ann', aud: AUDIENCE, ...write },
        {},
      ),
      'no signature': `${token(write, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`,
      'not a token': 'x',
    };
    for (const [why, jwt] of Object.entries(refused)) assert.equal(await starts('reader', jwt), false, why);
  });

  it('the namespace is prepared once, and looked at by whoever starts ships', async () => {
    await ensureNamespace(client('server'));
    await ensureNamespace(client('operator'));
    const { config } = await calls('reader').describeNamespace({ namespace: 'believe' });
    assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 90 * 86_400);
    await assert.rejects(ensureNamespace(client('broker')), { code: DENIED });
  });

  it('a refusal stands in the log of the server, with who and what', async () => {
    // Of many at once only some do.
    await pause(1500);
    await isLet(client('broker'), (calls) => calls.startWorkflowExecution({ namespace: 'believe' }));
    assert.match(own.log, /"msg":"refused","role":"broker".*StartWorkflowExecution/);
  });

  function polled<T>(role: CertificateRole, ask: (client: Client) => Promise<T>): Promise<T> {
    return client(role).withDeadline(Date.now() + 60_000, () => ask(client(role)));
  }

  /** Earlier attempts have left workflows of other types. */
  async function taskOf(type: string) {
    for (;;) {
      const task = await polled('orchestrator', ({ workflowService }) =>
        workflowService.pollWorkflowTaskQueue({
          ...{ namespace: 'believe', taskQueue: { name: 'believe-workflows', kind: 1 }, identity: 'test' },
        }),
      );
      if (task.workflowType?.name === type) return task;
    }
  }
});

function tokenOf(key: Parameters<typeof sign>[2] & object, claims: object, header: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'ES256', typ: 'JWT', kid: 'one', ...header })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(body), { key: key as never, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}

/** TCP ports on which a process listens, by the kernel's own account. */
function listeningPortsOf(pid: number): number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(path.join(`/proc/${pid}/fd`, fd))];
      } catch {
        return [];
      }
    }),
  );
  const LISTEN = '0A';
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN && sockets.has(`socket:[${fields[9]}]`))
    .map((fields) => Number.parseInt(fields[1]!.split(':')[1]!, 16));
}

/** An alert record of TLS, or an end without a word. */
const isTlsAlert = (said: string) => said === '' || (said.charCodeAt(0) === 21 && said.charCodeAt(1) === 3);

/** What a port answers to whoever speaks no TLS. */
function plainly(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      said += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(said));
    socket.setTimeout(3000, () => socket.destroy());
  });
}
