import type { GateReport } from '../../research/gate/index.js';
import type { ModelCard } from '../../research/model-card/model-card.js';

/** What a ship carries to the signer; a test changes one thing of it. */
export interface Cargo {
  shipId: string;
  files: Map<string, Buffer>;
  report: GateReport;
  card: ModelCard;
}
