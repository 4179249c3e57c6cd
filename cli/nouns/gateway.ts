import type { Command } from 'commander';
import { pino } from 'pino';
import { UsageFailure } from '../../shared/failure.js';
import { startGateway } from '../../simulator/gateway.js';
import type { Speed } from '../../simulator/market/player.js';

interface Options {
  port: string;
  host: string;
  data: string;
  speed: string;
  loop?: true;
  seed: string;
  json?: true;
}

export function register(noun: Command): void {
  noun
    .requiredOption('--data <path>', 'a dom_ib .jsonl or .jsonl.gz file, or a folder of them')
    .option('--port <port>', 'TCP port; 0 takes any free one', '4002')
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--speed <speed>', 'times the speed of the recording, max, or clock', '1')
    .option('--loop', 'start over at the end of the data')
    .option('--seed <number>', 'same seed, same ids', '1')
    .option('--json', 'one JSON object on stdout once it listens; logs on stderr')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const gateway = await startGateway({
    port: wholeNumber('--port', options.port, 65_535),
    host: options.host,
    data: options.data,
    speed: speedOf(options.speed),
    loop: options.loop ?? false,
    seed: wholeNumber('--seed', options.seed, 2 ** 31),
    log: pino({ level: 'info' }, pino.destination(2)),
  });
  const { port, host, contract, synthetic } = gateway;
  const summary = { port, host, instrument: contract.localSymbol, conId: contract.conId, synthetic };
  const text = `gateway at ${host}:${port} plays ${contract.localSymbol}${synthetic ? ' (SYNTHETIC data)' : ''}; Ctrl-C stops it`;
  process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : `${text}\n`);
  await stopSignal();
  await gateway.stop();
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const) process.once(signal, () => resolve());
  });
}

function speedOf(text: string): Speed {
  if (text === 'max' || text === 'clock') return text;
  const speed = Number(text);
  if (!(speed > 0 && speed <= 1e6))
    throw new UsageFailure(`--speed '${text}' is no speed`, 'give a positive number, max or clock');
  return speed;
}

function wholeNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < 0 || value > max)
    throw new UsageFailure(`${option} '${text}' is not a whole number from 0 to ${max}`);
  return value;
}
