import { LIVE_STATUSES } from '../../simulator/orders/order.js';
import { Frames } from './frames.js';

const TOLD_MESSAGES: ReadonlySet<string> = new Set(['3', '4', '5', '11', '61']);

/** What the gateway says in a burst of frames, as far as orders and positions go; market data is left out. */
export function tellMessages(bytes: Buffer): string[] {
  return new Frames(TOLD_MESSAGES).take(bytes).flatMap((fields) => tellMessage(fields) ?? []);
}

/** updateMktDepth. */
export const DEPTH_MESSAGE = '12';
/** What a bridge can understand account and book by: order statuses, errors, executions, positions, depth. */
export const HEARD_MESSAGES: ReadonlySet<string> = new Set(['3', '4', '11', '61', DEPTH_MESSAGE]);

/** One word of the gateway on orders, executions or positions. */
export type AccountWord =
  | { readonly about: 'order'; readonly orderId: number; readonly isAlive: boolean }
  | { readonly about: 'execution'; readonly execId: string; readonly shares: number }
  | { readonly about: 'position'; readonly account: string; readonly localSymbol: string; readonly contracts: number };

/** Null where the message says nothing of the account. */
export function accountWord(fields: readonly string[]): AccountWord | null {
  switch (fields[0]) {
    case '3':
      // A refusal alone is no end: the order may be held, and work on.
      if (fields[2] === 'Inactive') return null;
      return { about: 'order', orderId: Number(fields[1]), isAlive: LIVE_STATUSES.has(fields[2] ?? '') };
    case '4':
      return fields[3] === '202' ? { about: 'order', orderId: Number(fields[2]), isAlive: false } : null;
    case '11':
      return { about: 'execution', execId: fields[14] ?? '', shares: Number(fields[19]) };
    case '61':
      return {
        about: 'position',
        account: fields[2] ?? '',
        localSymbol: fields[12] ?? '',
        contracts: Number(fields[14]),
      };
    default:
      return null;
  }
}

/** Message ids of the TWS protocol; docs/simulator.md names the dialect. */
function tellMessage(fields: readonly string[]): string | null {
  switch (fields[0]) {
    case '3':
      return `orderStatus ${fields[1]}: ${fields[2]}, filled ${fields[3]}, remaining ${fields[4]}, permId ${fields[6]}`;
    case '4':
      return `error ${fields[3]} for ${fields[2]}: ${fields[4]}`;
    case '5':
      return `openOrder ${fields[1]}: ${fields[13]} ${fields[14]} ${fields[15]} ${fields[16]}`;
    case '11':
      return `execDetails ${fields[2]}: ${fields[18]} ${fields[19]} at ${fields[20]}, ${fields[14]}`;
    case '61':
      return `position ${fields[12]}: ${fields[14]}`;
    default:
      return null;
  }
}
