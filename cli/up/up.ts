import { pageUrl } from '../../research/public/open-publisher.js';
import { freeDisk } from '../../setup/free-disk.js';
import { obtainAll } from '../../setup/prerequisites.js';
import { obtainRsync } from '../../setup/rsync.js';
import { obtainTemporal } from '../../setup/temporal-binary.js';
import { type Config, showsPage } from '../../shared/config/config.js';
import { homePlaces } from '../../shared/config/home-places.js';
import { isLoopback } from '../../shared/config/loopback.js';
import { Failure } from '../../shared/failure.js';
import { requireReadableHome } from '../../shared/node/formats/survey-home.js';
import { untilAskedToStop } from '../../shared/node/process/stop-request.js';
import type { Decision } from '../../shared/orchestration/ship/messages.js';
import { Stack, type StackTools } from '../../stack/stack.js';
import type { ShipHandle } from '../ship/find-ship.js';
import { signApproval } from '../ship/sign-approval.js';
import { shipIdAt, startShip } from '../ship/start-ship.js';
import { subjectOf } from '../ship/subject-of.js';
import { webUiLink } from '../ship/web-ui-link.js';
import { launch } from './launch.js';
import type { MarketInput } from './market-input.js';
import { ShipDisplay } from './ship-display.js';
import { reportOf, type ShipReport } from './ship-report.js';
import { tellCaptures } from './tell-captures.js';
import { untilCaptured } from './until-captured.js';
import { type ShipEnd, type ShipEvents, watchShip } from './watch-ship.js';

export interface UpRequest {
  readonly config: Config;
  readonly once: boolean;
  readonly recipe: 'base' | 'improved';
  /** Approves a hold of the ship that this start makes or finds. */
  readonly approval: { readonly by: string | undefined; readonly reason: string } | null;
  /** Who the first operator is, where this start makes one. */
  readonly operatorName: string;
  /** The input was named by the user, not taken from the defaults. */
  readonly inputGiven: boolean;
}

export interface UpExit {
  readonly code: 0 | 1;
  readonly report: ShipReport | null;
  readonly text: string;
}

/** Starts everything, ships a model, and stays up until asked to stop (or, with `once`, until the ship has ended). */
export async function up(request: UpRequest): Promise<UpExit> {
  requireReadableHome(request.config.home);
  const display = new ShipDisplay();
  const stop = new AbortController();
  let lost: Failure | null = null;
  void untilAskedToStop().then(() => stop.abort());
  await checkDisk(request.config.home);
  const tools = await prepareTools(request.config, (line) => display.line(line));
  const stack = new Stack(request.config, tools, {
    starting: (name) => display.line(`starting ${name}`),
    restarted: (name) => display.line(`${name} stopped and was started again`),
    lost: (failure) => {
      lost = failure;
      stop.abort();
    },
  });
  try {
    return await shipAndStay(request, stack, display, stop.signal);
  } catch (error) {
    if (lost) throw lost;
    if (!stop.signal.aborted) throw error;
    return { code: 0, report: null, text: '' };
  } finally {
    display.stop();
    display.line('stopping ...');
    await stack.stop();
  }
}

async function shipAndStay(request: UpRequest, stack: Stack, display: ShipDisplay, stop: AbortSignal): Promise<UpExit> {
  const { client, input, open, warnings } = await launch(request, stack, (detail) =>
    display.doing('Preparing', detail),
  );
  display.stop();
  for (const line of warnings) display.line(line);
  display.line(`Web UI: ${webUiLink(input.config)}`);
  const { watch } = input.config;
  if (showsPage(input.config)) display.line(`the public page: ${pageUrl(input.config)}/`);
  if (watch.enabled && watch.pagePort > 0) display.line(`is everything all right: http://127.0.0.1:${watch.pagePort}/`);
  const sayCapture = (line: string) => display.line(line);
  if (input.config.upload.enabled && !request.once)
    tellCaptures(client, sayCapture, stop).catch((error: Error) =>
      sayCapture(`captured days are not told any more: ${error.message}`),
    );

  const start = (recipe: UpRequest['recipe']) =>
    startShip(client, shipIdAt(Date.now()), { recipe, requestedBy: 'believe up' });
  const handle: ShipHandle = open ? client.workflow.getHandle(open.workflowId) : await start(request.recipe);
  const exit = await follow(request, input, handle, display, stop);
  if (request.once) return exit;
  display.line(exit.text);
  if (exit.code === 0 && input.synthetic && exit.report?.modelVersion === 1) {
    display.line('shipping an improved model');
    display.line((await follow(request, input, await start('improved'), display, stop)).text);
  }
  display.line('up until Ctrl-C');
  if (exit.code === 0 && input.synthetic && input.config.upload.enabled && exit.report?.modelVersion === 1) {
    await untilCaptured(homePlaces(input.config.home).research.store, stop);
    display.line('shipping a model trained on what the bridge has captured');
    const asked = { trainOn: 'captured', requestedBy: 'believe up', note: 'trained on captured days' } as const;
    const ship = await startShip(client, shipIdAt(Date.now()), asked);
    display.line((await follow(request, input, ship, display, stop)).text);
  }
  return await new Promise<never>((_, reject) => stop.addEventListener('abort', () => reject(stop.reason)));
}

/** Follows one ship to its end and says how it went. */
async function follow(
  request: UpRequest,
  input: MarketInput,
  handle: ShipHandle,
  display: ShipDisplay,
  stop: AbortSignal,
): Promise<UpExit> {
  const { approval, once } = request;
  display.line(`ship ${handle.workflowId}: ${webUiLink(input.config, handle.workflowId)}`);
  const events: ShipEvents = {
    at: (stage, doing) => display.doing(stage, doing),
    finished: (stage, seconds) => display.done(stage, seconds),
    held: async ({ reasons, modelCard }) => {
      display.stop();
      for (const reason of reasons) display.line(`  held: ${reason}`);
      if (modelCard !== null) display.line(`  model card  ${modelCard}`);
      if (approval === null) {
        if (!once)
          display.line('decide with: npx believe ship approve --reason TEXT (or ship reject --by NAME --reason TEXT)');
        return once ? 'leave' : 'watch';
      }
      const subject = await subjectOf(handle);
      const signed = signApproval({ ...approval, home: input.config.home, subject });
      await handle.executeUpdate<string, [Decision]>('decide', { args: [signed] });
      return 'watch';
    },
  };
  const end = await watchShip(handle, events, stop);
  display.stop();
  return exitOf(input, handle.workflowId, end);
}

function exitOf({ config, synthetic }: MarketInput, workflowId: string, end: ShipEnd): UpExit {
  const label = synthetic ? ' (SYNTHETIC data)' : '';
  if (end.kind === 'left-held') {
    const report = reportOf(config, workflowId, synthetic, 'Held', end.progress);
    const text = `HELD${label}: ${end.progress.reasons.join(' ')}\n  -> start again with --approve "why", or without --once and use \`believe ship approve\``;
    return { code: 1, report, text };
  }
  if (end.kind === 'failed') {
    const report = reportOf(config, workflowId, synthetic, end.stage, end.progress ?? {});
    const cause = end.error instanceof Error && end.error.cause instanceof Error ? end.error.cause : end.error;
    return { code: 1, report, text: `${end.stage}${label}: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
  const { result } = end;
  const report = reportOf(config, workflowId, synthetic, result.outcome, result);
  if (!result.live) {
    return {
      code: 1,
      report,
      text: `${result.outcome}${label}: ${result.decision?.reason ?? result.reasons.join(' ')}`,
    };
  }
  const text = [
    `LIVE${label}: ${report.release} since market time ${report.swappedAtMarketTime}`,
    `  model card  ${report.modelCard}`,
    `  swap log    ${report.swapLog}`,
    `  workflow    ${report.webUi}`,
  ].join('\n');
  return { code: 0, report, text };
}

const FREE_GIB_MINIMUM = 0.5;

/** Better no start than a full disk in the middle of a ship. @throws Failure 'DiskFull' */
async function checkDisk(home: string): Promise<void> {
  const { found, version, path } = await freeDisk(home, FREE_GIB_MINIMUM);
  if (found) return;
  throw new Failure(
    'DiskFull',
    `the disk of ${path} is full: ${version} free, ${FREE_GIB_MINIMUM} GiB are needed to start`,
    'free some space, or choose another --home',
  );
}

export async function prepareTools(config: Config, progress: (line: string) => void): Promise<StackTools> {
  const [failure] = await obtainAll({ progress });
  if (failure) throw failure;
  const [temporal, rsync] = await Promise.all([
    config.temporal.embedded ? obtainTemporal({ progress }) : null,
    obtainRsync({ reach: isLoopback(config.rsync.host) ? 'loopback' : 'network', progress }),
  ]);
  return { temporal: temporal?.path ?? null, rsync: rsync.path };
}
