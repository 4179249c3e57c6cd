import path from 'node:path';
import { headName } from '../../shared/model/heads/head.js';
import { asked } from '../../shared/orchestration/asked.js';
import { RunFolder } from './run-folder.js';

/** Everything that one ship makes on the research tier: `research/ships/<ship>/`. */
export class ShipFolder extends RunFolder {
  constructor(researchFolder: string, shipId: string) {
    super(path.join(researchFolder, 'ships'), shipId);
  }
}

/** The names under which the steps of a ship find each other's files. */
export const SHIP_FILES = {
  trainingSet: 'training-set.json',
  candidate: 'candidate.json',
  samples: (head: unknown) => `samples/${asked(headName, head)}.samples`,
  onnx: (head: unknown) => `heads/${asked(headName, head)}/head.onnx`,
} as const;
