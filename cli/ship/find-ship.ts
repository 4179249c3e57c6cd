import {
  type Client,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { Failure, UsageFailure } from '../../shared/failure.js';
import { SHIP_ATTRIBUTES } from '../../shared/orchestration/ship/search-attributes.js';
import type { shipModel } from '../../workflows/index.js';

export type ShipHandle = WorkflowHandle<typeof shipModel>;

export interface ShipRow {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: string;
  readonly stage: string | null;
  readonly modelVersion: number | null;
  readonly holdReasons: readonly string[];
  readonly startTime: string;
}

/** A ship and a rollback that operators ordered have the same stages, questions and ways to be stopped. */
const ON_THE_SHIP_PATH = '(WorkflowType="shipModel" OR WorkflowType="rollBackModel")';

/** Ships that are under way, newest first. */
export async function openShips(client: Client): Promise<ShipRow[]> {
  return await shipsBy(client, 'WorkflowType="shipModel" AND ExecutionStatus="Running"');
}

/** Ships and rollbacks that are under way, newest first; `where` is an extra visibility filter such as `ShipStage="Held"`. */
export async function underWay(client: Client, where = ''): Promise<ShipRow[]> {
  return await shipsBy(client, `${ON_THE_SHIP_PATH} AND ExecutionStatus="Running"${where ? ` AND ${where}` : ''}`);
}

export async function recentShips(client: Client, limit: number): Promise<ShipRow[]> {
  return await shipsBy(client, ON_THE_SHIP_PATH, limit);
}

/** The ship with this id, or else the only one of `candidates`. @throws Failure when there is none, UsageFailure when several */
export async function theShip(
  client: Client,
  id: string | undefined,
  where: string,
  what: string,
): Promise<ShipHandle> {
  if (id !== undefined) return await shipNamed(client, id);
  const ships = await underWay(client, where);
  if (ships.length === 1) return client.workflow.getHandle(ships[0]!.workflowId);
  if (ships.length === 0) {
    throw new Failure('NoShip', `no ${what} ship`, 'see all of them with `believe ship status --all`');
  }
  throw new UsageFailure(
    `${ships.length} ${what} ships: ${ships.map((ship) => ship.workflowId).join(', ')}`,
    'name the one you mean',
  );
}

async function shipNamed(client: Client, id: string): Promise<ShipHandle> {
  const ship = client.workflow.getHandle(id);
  try {
    await ship.describe();
    return ship;
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? noShipNamed(id) : error;
  }
}

export function noShipNamed(id: string): Failure {
  return new Failure('NoShip', `no ship has the id ${id}`, 'see all of them with `believe ship status --all`');
}

async function shipsBy(client: Client, query: string, limit = 100): Promise<ShipRow[]> {
  const ships: ShipRow[] = [];
  for await (const info of client.workflow.list({ query })) {
    ships.push(shipRow(info));
    if (ships.length >= limit) break;
  }
  return ships;
}

function shipRow(info: WorkflowExecutionInfo): ShipRow {
  const attributes = info.typedSearchAttributes;
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    status: info.status.name,
    stage: attributes.get(SHIP_ATTRIBUTES.stage) ?? null,
    modelVersion: attributes.get(SHIP_ATTRIBUTES.modelVersion) ?? null,
    holdReasons: attributes.get(SHIP_ATTRIBUTES.holdReasons) ?? [],
    startTime: info.startTime.toISOString(),
  };
}
