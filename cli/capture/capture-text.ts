import type { CaptureDaysResult, CaptureResult } from '../../shared/orchestration/path/messages.js';

/** A captured day that came home, in one line. */
export function captureText({ outcome, instrument, tradeDate, events, batches, lagSeconds }: CaptureResult): string {
  if (outcome === 'Empty') return `${instrument} ${tradeDate}: nothing was captured`;
  const lag = lagSeconds === null ? '' : `, received ${lagSeconds.toFixed(1)} s after sealing`;
  return `${instrument} ${tradeDate}: ${events} events in ${batches} ${batches === 1 ? 'batch' : 'batches'} are in the store${lag}`;
}

export function daysText({ days }: CaptureDaysResult): string {
  if (days.length === 0) return 'research has everything that was captured';
  return days.map(({ workflowId, outcome }) => `${workflowId}: ${outcome}`).join('\n');
}
