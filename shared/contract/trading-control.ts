import { z } from 'zod';

/**
 * What an operator or a workflow asks of the bridge, as files under `broker/control/`:
 * - `halt.json` is the kill switch: once a file of this name exists, readable or not, no new order is sent, also after it is
 *   gone, until a `resume.json`;
 * - `flatten.json` asks the bridge to halt, cancel every order and close the position; the bridge removes it when flat;
 * - `resume.json` asks the bridge to lift the kill switch and every halt that it set itself; with `takePosition` the account's
 *   position is taken over as it is, where executions do not explain it;
 * - `limits.json` asks it to trade within other limits;
 * - `roll.json` asks it to go on in the next contract now, and not when the rule says.
 * The first two only lessen risk, and need nobody's signature. The others are envelopes that operators have signed
 * (`shared/trust/operator-act.ts`), wherever the root of trust lists operators; the bridge answers by removing them. Write
 * all of them by temp + rename.
 */
export const CONTROL_FILES = {
  ...{ halt: 'halt.json', flatten: 'flatten.json' },
  ...{ resume: 'resume.json', limits: 'limits.json', roll: 'roll.json' },
} as const;

export const tradingControl = z.object({
  v: z.literal(1),
  by: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(1).max(2000),
  at: z.iso.datetime(),
  takePosition: z.boolean().optional(),
});
export type TradingControl = Readonly<z.infer<typeof tradingControl>>;

/** `roll.json` where nobody's signature is asked for. */
export const rollControl = tradingControl.extend({ from: z.string().min(1).max(40), to: z.string().min(1).max(40) });
export type RollControl = Readonly<z.infer<typeof rollControl>>;
