import { z } from 'zod';

/**
 * What an operator or a workflow asks of the bridge, as files under `broker/control/`:
 * - `halt.json` is the kill switch: while a file of this name exists, readable or not, no new order is sent;
 * - `flatten.json` asks the bridge to halt, cancel every order and close the position; the bridge removes it when flat;
 * - `resume.json` asks the bridge to lift a halt it set itself; the bridge answers by removing it. With `takePosition` the
 *   account's position is taken over as it is, where executions do not explain it.
 * Write them by temp + rename.
 */
export const CONTROL_FILES = { halt: 'halt.json', flatten: 'flatten.json', resume: 'resume.json' } as const;

export const tradingControl = z.object({
  v: z.literal(1),
  by: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(1).max(2000),
  at: z.iso.datetime(),
  takePosition: z.boolean().optional(),
});
export type TradingControl = Readonly<z.infer<typeof tradingControl>>;
