import type { Ensemble } from '../../shared/model/decision/ensemble.js';
import type { GateReport } from '../gate/report.js';
import type { SampleReport } from '../samples/sample-report.js';
import type { TrainedHeadRecord } from '../training/trained-head.js';
import type { ModelCard } from './model-card.js';

/** What is known of a candidate that the gate has judged. */
export interface ModelCardFacts {
  readonly shipId: string;
  /** ISO 8601; wall time at which the ship was opened. */
  readonly createdAt: string;
  readonly instrument: string;
  readonly recipeName: string;
  readonly synthetic: boolean;
  readonly codeCommit: string;
  readonly lockfileSha256: string;
  readonly training: {
    readonly merkleRoot: string;
    readonly shards: ModelCard['data']['shards'];
    /** Rows of the files that could not be used. */
    readonly rowsLeftOut: number;
    readonly daysLeftOut: ModelCard['data']['daysLeftOut'];
    readonly doubtful: ModelCard['data']['doubtful'];
  };
  readonly samples: SampleReport;
  readonly heads: readonly TrainedHeadRecord[];
  readonly ensemble: Ensemble;
  readonly gate: GateReport;
  readonly gateReportSha256: string;
  /** Points of a tick times currency units of a point. */
  readonly tickValue: number;
  readonly currency: string;
  readonly lifetimeDays: number;
}
