import type {
  CaptureDaysResult,
  CaptureResult,
  SecondCaptureResult,
} from '../../shared/orchestration/path/messages.js';

/** A captured day that came home, in one line. */
export function captureText({
  outcome,
  instrument,
  tradeDate,
  events,
  batches,
  lagSeconds,
  seconds = [],
}: CaptureResult): string {
  const others = seconds.map(secondText).join('');
  if (outcome === 'Empty') return `${instrument} ${tradeDate}: nothing was captured${others}`;
  const lag = lagSeconds === null ? '' : `, received ${lagSeconds.toFixed(1)} s after sealing`;
  return `${instrument} ${tradeDate}: ${events} events in ${batches} ${batches === 1 ? 'batch' : 'batches'} are in the store${lag}${others}`;
}

function secondText({ source, events, verdict, volumeMatchedPercent }: SecondCaptureResult): string {
  if (verdict === null) return `; ${source}: ${events} events, not compared`;
  const share = volumeMatchedPercent === null ? '' : `, ${volumeMatchedPercent.toFixed(2)} % of the volume in both`;
  return `; ${source}: ${verdict}${share}`;
}

export function daysText({ days }: CaptureDaysResult): string {
  if (days.length === 0) return 'research has everything that was captured';
  return days.map(({ workflowId, outcome }) => `${workflowId}: ${outcome}`).join('\n');
}
