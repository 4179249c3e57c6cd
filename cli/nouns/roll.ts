import type { Command } from 'commander';
import type { BridgeStatus } from '../../shared/contract/bridge-status.js';
import { Failure } from '../../shared/failure.js';
import { asking, configOf, inWords, signedBy, signing, tell, withHome } from '../bridge/ask-bridge.js';
import type { HomeOptions } from '../home-verb.js';
import { printResult } from '../output.js';
import { rollText } from '../roll/roll-text.js';
import { type RollView, viewOf } from '../roll/roll-view.js';

/** `believe roll`: from one contract to the next. */
export function register(noun: Command): void {
  withHome(
    noun
      .command('status')
      .description('the contract that is traded, the next one, when it follows and what stands in the way'),
  ).action(showStatus);
  signing(
    asking(noun, 'now', 'go on in the next contract at once, outside regular hours and flat, under your signature'),
  )
    .addHelpText(
      'after',
      '\nRefused, and nothing waits, where something stands in the way: `believe roll status` says what.',
    )
    .action(rollNow);
}

function showStatus(_options: unknown, command: Command): void {
  const { json } = command.optsWithGlobals<HomeOptions>();
  const config = configOf(command);
  const view = viewOf(config);
  printResult(json === true, view, rollText(view));
}

async function rollNow(_options: unknown, command: Command): Promise<void> {
  const view = viewOf(configOf(command));
  const { from, to } = wayOf(view);
  const envelope = signedBy(command, { act: 'roll', from, to });
  if (envelope === 'printed') return;
  const isDone = ({ instrument, up }: BridgeStatus) => instrument === to && up === true;
  await tell(command, 'roll', envelope ?? { ...inWords(command), from, to }, isDone);
}

/** @throws Failure 'RollRefused', 'NoBridge': before anything is signed */
function wayOf({ rule, isRunning, bridge }: RollView): { from: string; to: string } {
  if (rule === null)
    throw new Failure('RollRefused', 'the settings name one contract and no rule', 'set instrument.roll: docs/roll.md');
  if (!isRunning) throw new Failure('NoBridge', 'no bridge is running that could change its contract', 'start it');
  if (!bridge?.next)
    throw new Failure('RollRefused', 'the gateway has not named the next contract yet', 'see `believe roll status`');
  if (bridge.inTheWay.length > 0)
    throw new Failure(
      'RollRefused',
      `the contract is not changed: ${bridge.inTheWay.join('; ')}`,
      'see `believe roll status`',
    );
  return { from: bridge.current, to: bridge.next };
}
