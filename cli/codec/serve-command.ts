import path from 'node:path';
import type { Config } from '../../shared/config/config.js';
import { UsageFailure } from '../../shared/failure.js';
import { closeServer, listenOnLoopback } from '../../shared/node/http/loopback-server.js';
import { keepFilesPrivate, readPrivateLine } from '../../shared/node/process/private-files.js';
import { untilAskedToStop } from '../../shared/node/process/stop-request.js';
import { answerCodec } from '../../temporal/codec-server.js';
import { codecOf } from '../../temporal/payload-encryption.js';
import { say } from '../output.js';

/** `believe codec serve`: decodes for the Web UI and `temporal`, on loopback, until it is stopped. */
export async function serveCodec(config: Config): Promise<void> {
  keepFilesPrivate();
  const { serverPort: port, tokenFile } = config.temporal.encryption;
  const codec = codecOf(config);
  if (codec === undefined)
    throw new UsageFailure('temporal.encryption.keysFile names no key file', 'believe codec keys init, then set it');
  if (port === 0) throw new UsageFailure('temporal.encryption.serverPort is 0', 'give it a port');
  const token = tokenFile === null ? null : tokenIn(path.resolve(config.home, tokenFile));
  const server = await listenOnLoopback({
    ...{ port, purpose: 'the codec server', field: 'temporal.encryption.serverPort' },
    orElse: ', or to 0 for none',
  });
  answerCodec(server, { codec, origins: webUiOrigins(config), token });
  say(`codec server: http://127.0.0.1:${port}`);
  if (token === null) say('  without temporal.encryption.tokenFile it decodes for every user of this machine');
  await untilAskedToStop();
  await closeServer(server);
}

function webUiOrigins({ temporal }: Config): string[] {
  const { webUiOrigin } = temporal.encryption;
  if (webUiOrigin !== null) return [webUiOrigin];
  return ['127.0.0.1', 'localhost'].map((host) => `http://${host}:${temporal.uiPort}`);
}

const TOKEN_LENGTH_MIN = 20;

function tokenIn(file: string): string {
  const token = readPrivateLine(file);
  if (token.length >= TOKEN_LENGTH_MIN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new UsageFailure(
    `the first line of ${file} is no token`,
    `write one of ${TOKEN_LENGTH_MIN} characters or more, e.g. openssl rand -hex 32`,
  );
}
