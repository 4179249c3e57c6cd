import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import type { Decision, ShipProgress, ShipResult } from '../../shared/orchestration/ship/messages.js';
import { webUiLink } from '../ship/web-ui-link.js';

/** The last line of `believe up --once --json`. */
export interface ShipReport {
  readonly workflowId: string;
  readonly outcome: string;
  readonly release: string | null;
  readonly modelVersion: number | null;
  readonly counter: number | null;
  readonly synthetic: boolean;
  readonly held: boolean;
  readonly reasons: readonly string[];
  readonly decision: Decision | null;
  readonly swappedAtMarketTime: string | null;
  readonly swapLog: string;
  readonly modelCard: string | null;
  readonly webUi: string;
  readonly artefacts: {
    readonly tarball: string | null;
    readonly envelope: string | null;
    readonly publicKeys: readonly string[];
  };
  readonly stages: readonly { stage: string; seconds: number }[];
}

export function reportOf(
  config: Config,
  workflowId: string,
  synthetic: boolean,
  outcome: string,
  said: Partial<ShipResult> & Partial<Pick<ShipProgress, 'modelVersion'>>,
): ShipReport {
  const version = said.modelVersion ?? null;
  const release = version === null ? null : `believe-v${version}`;
  return {
    workflowId,
    outcome,
    release,
    modelVersion: version,
    counter: said.counter ?? null,
    synthetic,
    held: said.held ?? false,
    reasons: said.reasons ?? [],
    decision: said.decision ?? null,
    swappedAtMarketTime: said.swappedAtMarketTime ?? null,
    swapLog: homePlaces(config.home).broker.swaps,
    modelCard: said.modelCard ?? null,
    webUi: webUiLink(config, workflowId),
    artefacts: {
      tarball: said.artefacts?.tarball ?? null,
      envelope: said.artefacts?.envelope ?? null,
      publicKeys: publicKeys(config.home),
    },
    stages: said.stages ?? [],
  };
}

/** PEM files of the release keys, for a check with openssl alone. */
function publicKeys(home: string): string[] {
  const trust = homePlaces(home).broker.trust;
  if (!existsSync(trust)) return [];
  const names = readdirSync(trust).filter((name) => name.startsWith('release-') && name.endsWith('.pub.pem'));
  return names.sort().map((name) => path.join(trust, name));
}
