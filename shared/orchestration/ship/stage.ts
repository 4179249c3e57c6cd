/** Where a ship is. The search attribute `ShipStage` shows it; the last seven are final. */
export const SHIP_STAGES = [
  'Retraining',
  'Gating',
  'Held',
  'Queued',
  'Signing',
  'Pushing',
  'Verifying',
  'AwaitingOpen',
  'Swapping',
  'Observing',
  'Skipped',
  'Live',
  'Rejected',
  'Refused',
  'RolledBack',
  'Aborted',
  'Failed',
] as const;
export type ShipStage = (typeof SHIP_STAGES)[number];
