import path from 'node:path';
import type { Client } from '@temporalio/client';
import type { ShipHandle } from '../../cli/ship/find-ship.js';
import { signApproval } from '../../cli/ship/sign-approval.js';
import { startShip } from '../../cli/ship/start-ship.js';
import { subjectOf } from '../../cli/ship/subject-of.js';
import { releaseLedger } from '../../research/release/build-release.js';
import type { Decision } from '../../shared/orchestration/ship/messages.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import { connectClient } from '../../temporal/client.js';
import { type Running, TestHome } from './test-home.js';

/** A market so small that a ship takes seconds. It may be held for that: then it is approved. */
export const SMALL_MARKET = {
  BELIEVE_INPUT_DAYS: '8',
  BELIEVE_INPUT_MINUTES_PER_DAY: '5',
  BELIEVE_INPUT_BAR_DAYS: '40',
  BELIEVE_SCHEDULE_ENABLED: 'false',
};

/** As a ship passes them; a hold may come between. */
const STAGES_IN_ORDER = [
  ...['Retraining', 'Gating', 'Held', 'Queued', 'Signing', 'Pushing', 'Verifying', 'AwaitingOpen'],
  ...['Swapping', 'Observing', 'Live'],
];

/** A whole set-up that is up, with two ships live, and further ones started at a test's word. */
export class RunningStack {
  private constructor(
    readonly testHome: TestHome,
    readonly client: Client,
    private readonly up: Running,
  ) {}

  /** @param elsewhere settings and client of a Temporal server that is not the embedded one */
  static async open(
    elsewhere: { settings: Record<string, string>; connect: () => Promise<Client> } | null = null,
  ): Promise<RunningStack> {
    const settings = { ...SMALL_MARKET, ...elsewhere?.settings };
    const testHome = await TestHome.open(settings, { gate: { testRowsMin: 20 } });
    try {
      const up = testHome.start('up', '--approve', 'small market', '--by', 'test');
      await up.until(/up until Ctrl-C/);
      const client = await (elsewhere ? elsewhere.connect() : clientOf(testHome));
      return new RunningStack(testHome, client, up);
    } catch (error) {
      await testHome.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.connection.close();
    await this.up.stop();
    await this.testHome.close();
  }

  /** Starts a ship; a hold is approved whatever else happens to the processes. */
  async startShip(id: string): Promise<{ ship: ShipHandle; over: Promise<void> }> {
    const ship = await startShip(this.client, id, {});
    return { ship, over: this.approveWhenHeld(ship) };
  }

  async stageOf(ship: ShipHandle): Promise<string | undefined> {
    return (await ship.describe()).typedSearchAttributes.get(SHIP_ATTRIBUTES.stage);
  }

  /** Some stages are over in a tenth of a second: one that was not seen is missed, not waited for. @returns whether it was seen */
  async untilStage(ship: ShipHandle, stage: string): Promise<boolean> {
    const wanted = STAGES_IN_ORDER.indexOf(stage);
    for (;;) {
      const now = (await this.stageOf(ship)) ?? '';
      if (now === stage) return true;
      if (wanted >= 0 && STAGES_IN_ORDER.indexOf(now) > wanted) return false;
      await pause(5);
    }
  }

  /** What must not depend on what happened on the way: releases and swap lines. */
  state() {
    const releases = releaseLedger(path.join(this.testHome.home, 'research', 'releases')).list();
    return {
      releases: releases.map(({ state }) => state as string),
      swaps: this.testHome.swaps().map(({ outcome, counter }) => ({ outcome, counter })),
    };
  }

  pidOf(name: string): number {
    return this.testHome.pidOf(name)!;
  }

  /** The supervisor notes the pid of the process that it started in the dead one's place. */
  async untilRestarted(name: string, killed: number): Promise<void> {
    while ([null, killed].includes(this.testHome.pidOf(name))) await pause(50);
  }

  private async approve(ship: ShipHandle): Promise<void> {
    const { home } = this.testHome;
    const subject = await subjectOf(ship);
    const decision = signApproval({ home, by: 'test', reason: 'small market', subject });
    await ship.executeUpdate<string, [Decision]>('decide', { args: [decision] });
  }

  /** The server may be the process that is killed: asks until the ship is over. */
  private async approveWhenHeld(ship: ShipHandle): Promise<void> {
    for (;;) {
      const description = await ship.describe().catch(() => null);
      if (description && description.status.name !== 'RUNNING') return;
      if (description?.typedSearchAttributes.get(SHIP_ATTRIBUTES.stage) === 'Held') {
        await this.approve(ship).catch(() => {});
      }
      await pause(100);
    }
  }
}

/** On a busy machine a connection may take longer than a person at the command line would wait. */
async function clientOf({ temporalAddress }: TestHome): Promise<Client> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectClient({ address: temporalAddress, namespace: 'believe' });
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
