import type { HeadName } from '../../shared/model/heads/head.js';
import type { Reference } from '../../shared/reference.js';
import type { DsseEnvelope } from '../../shared/trust/dsse.js';

/** A fold as some research host has scored it: objects that hosts exchange, and its signed word on them. */
export interface MadeFold {
  readonly score: Reference;
  readonly models: Reference;
  readonly measured: DsseEnvelope;
}

/** Of every research host that shares folds; a ship's folder they do not need. */
export interface FoldActivities {
  fitFold(ask: { shipId: string; offer: Reference; head: HeadName; fold: number }): Promise<MadeFold>;
}
