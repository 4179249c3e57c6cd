import type { Gateway, GatewayOptions } from './gateway.js';
import { openTape, type Tape } from './market/tape.js';
import { RunningGateway } from './running-gateway.js';
import { gatewaySettings } from './settings.js';

/**
 * Starts a TWS-protocol gateway that replays recorded or made-up market data.
 * @throws Failure PortTaken, UnknownInstrument, WrongTick, ContractTwice; BadInput for data, bars or state that cannot be read
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const sources = [options.data].flat() as readonly (string | Tape)[];
  const tapes = await Promise.all(sources.map((data) => (typeof data === 'string' ? openTape(data) : data)));
  const settings = gatewaySettings.parse(options.settings ?? {});
  return RunningGateway.start(options, settings, tapes);
}
