/** Where a captured day or a day of journals is on its way back; the last one stays when a run closes. */
export const CAPTURE_STATES = [
  /** The day is still captured. */
  'Waiting',
  'Sealing',
  'Uploading',
  'Receiving',
  'Ingesting',
  /** The captures of the day are compared. */
  'Reconciling',
  'Acknowledging',
  'Pruning',
  /** Of journals: everything so far has arrived, more will come. */
  'Following',
  'Done',
  /** Nothing was captured on that date. */
  'Empty',
  /** Research has set a batch aside, or the broker may not seal: a person has to look. */
  'Refused',
  'Aborted',
  'Failed',
] as const;
export type CaptureState = (typeof CAPTURE_STATES)[number];
