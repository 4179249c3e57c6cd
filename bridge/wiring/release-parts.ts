import path from 'node:path';
import { productOf } from '../../shared/trust/product.js';
import { takeFrozenNote } from '../frozen-note.js';
import { ArmedFile } from '../swap/armed-file.js';
import { examineRelease } from '../swap/examine-release.js';
import { type KnownRelease, loadGuarded } from '../swap/guarded-load.js';
import { HotSwap } from '../swap/hot-swap.js';
import { LiveReleases } from '../swap/live-release.js';
import { LoadingMark } from '../swap/loading-mark.js';
import type { ReleaseAsk } from '../swap/prepare-release.js';
import { restoreRelease } from '../swap/restore-release.js';
import { SwapSpans } from '../swap/swap-spans.js';
import type { BridgeOptions, Ground } from './ground.js';
import type { LaterParts } from './later.js';
import type { MarketParts } from './market-parts.js';

/** Which release decides: the one of before this start, and the swaps to others. */
export function releaseParts(
  ground: Ground,
  { decider, model }: MarketParts,
  { later, examine: examineOf }: { readonly later: LaterParts; readonly examine: BridgeOptions['examine'] },
) {
  const { config, clock, log, tuning, broker, hours, alarms, swapsLog, tally } = ground;
  const armedFolder = path.join(broker, 'armed');
  const product = productOf(config.instrument);
  const mark = new LoadingMark(armedFolder);
  const live = new LiveReleases(broker);
  const spans = new SwapSpans(armedFolder);
  const examine = examineOf ?? ((ask: ReleaseAsk) => examineRelease(ask, tuning.examineMs));
  const load = async (ask: KnownRelease) => {
    const release = await loadGuarded({ examine, mark }, ask);
    log.info({ runsBy: release.headSet.runsBy }, `release ${release.modelVersion} is loaded`);
    return release;
  };
  const swap = later.swap.is(
    new HotSwap({
      armed: new ArmedFile(armedFolder),
      ...{ log: swapsLog, live, clock },
      openNowOrNextMs: (marketMs) => hours.openNowOrNextMs(marketMs),
      load: (armed) => {
        const { tarball, envelope, shipId, modelVersion, counter, payloadSha256 } = armed;
        return spans.loading(armed, () =>
          load({
            ...{ brokerFolder: broker, tarball, envelope, product },
            expected: { shipId, modelVersion, counter, payloadSha256 },
          }),
        );
      },
      activate: (release, shipId) => {
        tally.decisionErrors = 0;
        model.activate(release, shipId);
        alarms.clear('ReleaseNotRestored');
        alarms.clear('SwapRefused');
      },
      currentModelVersion: () => model.modelVersion,
      lastEventSeq: () => decider.lastEventSeq,
      onNews: (text, record) => {
        log.info({ swap: record }, text);
        if (record) spans.settled(record);
        if (record?.outcome === 'refused') alarms.raise('SwapRefused', text);
      },
    }),
  );
  /** What cannot be loaded any more is an alarm: the bridge runs on, without a model. */
  const restore = async (): Promise<void> => {
    if (takeFrozenNote(broker)) {
      mark.foundHung();
      alarms.note('BridgeHung', 'the bridge before this one heard nothing any more, and was ended');
    }
    await restoreRelease({
      ...{ brokerFolder: broker, product, live, log: swapsLog, load },
      activate: (release, shipId) => model.activate(release, shipId),
      onNews: (text) => log.error(text),
    }).catch((error: unknown) => {
      alarms.raise('ReleaseNotRestored', `the release in use before the restart cannot be loaded: ${String(error)}`);
    });
  };
  return { swap, restore };
}
