import path from 'node:path';
import type { Command } from 'commander';
import { serveWitness, Witness, witnessKey } from '../../research/public/witness.js';
import { UsageFailure } from '../../shared/failure.js';
import { untilAskedToStop } from '../../shared/node/process/stop-request.js';
import { verifyingKey } from '../../shared/trust/ed25519-key.js';
import { witnessVerifierKey } from '../../shared/trust/tlog/cosignature.js';
import { wholeNumber } from '../option-values.js';

interface WitnessFlags {
  readonly origin: string;
  readonly key: readonly string[];
  readonly name: string;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
}

/** `believe witness`: anyone can run one, for any log of the C2SP kind. */
export function register(noun: Command): void {
  noun
    .requiredOption('--origin <name>', 'name of the log')
    .requiredOption('--key <text...>', 'its state keys, as `believe public keys` prints them')
    .requiredOption('--name <name>', 'name of this witness, such as witness.example.net/me')
    .option('--folder <dir>', 'where its key and what it has cosigned are kept', 'witness')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on', wholeNumber(0, 65_535), 8291)
    .action(run);
}

async function run({ origin, key: texts, name, folder, host, port }: WitnessFlags): Promise<void> {
  const { key, witness } = witnessKey(folder, name);
  const log = texts.map((text) => ({ name: origin, key: verifyingKey(Buffer.from(text, 'base64')) }));
  if (/[\s+]/.test(name)) throw new UsageFailure(`--name is ${name}`, 'a name without spaces and plus signs');
  const stop = untilAskedToStop();
  const seenFile = path.join(folder, 'seen.json');
  const server = await serveWitness(new Witness({ name, key, log, origin, seenFile }), host, port);
  process.stderr.write(`witness of ${origin} on http://${host}:${port}/; its key: ${witnessVerifierKey(witness)}\n`);
  await stop;
  server.close();
}
