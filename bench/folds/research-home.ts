import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeMeasuringKey, measurersFolder } from '../../research/evidence/measuring-keys.js';
import { generateMarket } from '../../research/generator/generate-market.js';
import { type ConfigInput, configSchema } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';

/** A SYNTHETIC market of bars alone, and settings under which a ship of it has folds after seconds. */
export async function barsMarket(folder: string, barDays = 40) {
  const { barsFile } = await generateMarket({
    ...{ seed: 7, folder, instrument: configSchema.parse({}).instrument, firstTradeDate: '2014-01-02' },
    ...{ days: 1, minutesPerDay: 1, barDays, signalStrength: 1 },
  });
  return {
    training: { heads: ['XGB_5m'] },
    gate: { testRowsMin: 20, seedsPerArm: 2 },
    input: { kind: 'files', depth: [], bars: [barsFile], synthetic: true },
  } satisfies ConfigInput;
}

/** The home of a research host with a measuring key, and as its peers those of other homes. */
export function researchHome(home: string, ...peers: readonly string[]): string {
  makeMeasuringKey(home);
  const { foldPeers } = homePlaces(home).research;
  mkdirSync(foldPeers, { recursive: true });
  for (const folder of peers.map(measurersFolder))
    for (const name of readdirSync(folder))
      writeFileSync(path.join(foldPeers, name), readFileSync(path.join(folder, name)));
  return home;
}
