import { bustLastExecution, correctLastExecution, repeatLastExecution } from '../execution-faults.js';
import type { Effects, FaultScene } from '../fault-scene.js';
import type { ReportFault } from '../report-faults.js';

const arm = (scene: FaultScene, action: ReportFault): void => scene.reportFaults.arm(action);

export const reportEffects: Effects<
  ReportFault['do'] | 'releaseReports' | 'repeatExecution' | 'correctExecution' | 'bustExecution'
> = {
  duplicateStatus: arm,
  skipStatus: arm,
  reorderStatus: arm,
  executionFirst: arm,
  executionsLate: arm,
  delayReports: arm,
  loseReports: arm,
  delayCommission: arm,
  loseCommission: arm,
  oddExecution: arm,
  oddStatus: arm,
  releaseReports: (scene) => scene.reportFaults.release(),
  repeatExecution: (scene) => repeatLastExecution(scene),
  correctExecution: (scene, { priceTicks, shares }) => correctLastExecution(scene, priceTicks, shares),
  bustExecution: (scene) => bustLastExecution(scene),
};
