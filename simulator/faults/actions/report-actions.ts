import { z } from 'zod';
import { ms, positive, times } from './fields.js';
import { ODD_EXECUTIONS, ODD_STATUSES } from './odd-kinds.js';

/** What is told about orders, distorted; the books stay right. Each strikes the next groups of reports it concerns. */
export const distortingActions = [
  z.strictObject({ do: z.literal('duplicateStatus'), copies: positive.max(100).default(1), times }),
  z.strictObject({ do: z.literal('skipStatus'), status: z.string().optional(), times }),
  z.strictObject({ do: z.literal('reorderStatus'), times }),
  z.strictObject({ do: z.literal('executionFirst'), times }),
  /** Executions and their commissions come so much later than the statuses that count them. */
  z.strictObject({ do: z.literal('executionsLate'), ms: ms.default(1500), times }),
  z.strictObject({ do: z.literal('delayReports'), ms: ms.optional(), times }),
  z.strictObject({ do: z.literal('loseReports'), times }),
  z.strictObject({ do: z.literal('delayCommission'), ms: ms.optional(), times }),
  z.strictObject({ do: z.literal('loseCommission'), times }),
  z.strictObject({ do: z.literal('oddExecution'), kind: z.enum(ODD_EXECUTIONS), times }),
  z.strictObject({ do: z.literal('oddStatus'), kind: z.enum(ODD_STATUSES), times }),
] as const;

export const reportActions = [
  ...distortingActions,
  /** Tells what was delayed without a time. */
  z.strictObject({ do: z.literal('releaseReports') }),
  z.strictObject({ do: z.literal('repeatExecution') }),
  z.strictObject({
    do: z.literal('correctExecution'),
    priceTicks: z.number().int().default(0),
    shares: z.number().int().default(0),
  }),
  z.strictObject({ do: z.literal('bustExecution') }),
] as const;
