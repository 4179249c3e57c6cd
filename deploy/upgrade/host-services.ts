/** What an upgrade asks of the machine's service manager. A service is named as in the plan, without its ending. */
export interface HostServices {
  /** Ends it and starts it again: by then `program` leads to another build. */
  restart(service: string): Promise<void>;
  /** Starts it, now and whenever the machine starts. */
  keep(service: string): Promise<void>;
  /** Ends it, also when the machine starts again. */
  end(service: string): Promise<void>;
  /** Services of ours that run. */
  running(): Promise<string[]>;
}

export const ORCHESTRATOR = 'believe-orchestrator';

/** The orchestrator's worker of a build that is not the one in use: it goes on with the ships that began on it. */
export const drainingService = (build: string): string => `${ORCHESTRATOR}@${build}`;

/** Build that a draining service is of; null for any other service. */
export const drainingBuild = (service: string): string | null =>
  service.startsWith(`${ORCHESTRATOR}@`) ? service.slice(ORCHESTRATOR.length + 1) : null;
