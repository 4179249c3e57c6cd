import type { ShipProgress } from '../../shared/orchestration/ship/messages.js';
import type { ShipRow } from './find-ship.js';

/** Where a ship is, as `believe ship status` shows it. */
export interface ShipStatus extends ShipRow {
  readonly doing: string;
  /** Null while no orchestrator worker answers. */
  readonly progress: ShipProgress | null;
  readonly webUi: string;
}

/** For people; who is to decide on a held ship finds here what to read first. */
export function statusText({
  workflowId,
  stage,
  doing,
  holdReasons,
  progress,
  webUi,
  modelVersion,
}: ShipStatus): string {
  return [
    `${workflowId}  ${stage ?? '?'}${modelVersion === null ? '' : `  v${modelVersion}`}${doing ? `  ${doing}` : ''}`,
    ...holdReasons.map((reason) => `  held: ${reason}`),
    ...(progress?.remarks ?? []).map((remark) => `  ${remark}`),
    ...(progress?.nextOpen ? [`  RTH open (market time): ${progress.nextOpen}`] : []),
    ...(progress?.stages ?? []).map((one) => `  ${one.stage.padEnd(13)} ${one.seconds.toFixed(1)} s`),
    ...(progress?.modelCard ? [`  model card    ${progress.modelCard}`] : []),
    `  ${webUi}`,
  ].join('\n');
}
