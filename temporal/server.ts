import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { REGISTERED_ATTRIBUTES } from '../shared/orchestration/registered-attributes.js';

export interface EmbeddedServer {
  readonly namespace: string;
  readonly port: number;
  readonly uiPort: number;
  /** Folder of the server's database: history survives a restart. */
  readonly folder: string;
  /** Where the Web UI has payloads decoded; absent where they are not encrypted. */
  readonly codecEndpoint?: string | undefined;
}

/** Arguments of `temporal` for the embedded server: one process with the Web UI, on loopback, its database on disk. */
export function serverArguments({ namespace, port, uiPort, folder, codecEndpoint }: EmbeddedServer): string[] {
  mkdirSync(folder, { recursive: true });
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--namespace', namespace, '--db-filename', databaseFile(folder)],
    ...(codecEndpoint === undefined ? [] : ['--ui-codec-endpoint', codecEndpoint]),
    ...REGISTERED_ATTRIBUTES.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]),
    // An abandoned sticky queue costs ten seconds for each workflow task after a worker was killed.
    ...['--dynamic-config-value', 'matching.stickyPollerUnavailableWindow="1s"'],
    // The HTTP API takes a web page's POST from any origin: it answers to a name that no browser can be led to.
    ...['--dynamic-config-value', 'frontend.httpAllowedHosts=["believe.invalid"]'],
    ...['--log-level', 'warn', '--log-format', 'json', '--disable-config-file', '--disable-config-env'],
  ];
}

export function databaseFile(folder: string): string {
  return path.join(folder, 'temporal.db');
}
