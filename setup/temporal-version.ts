import { runCommand } from './run-command.js';
import { isAtLeast } from './version.js';

export interface TemporalVersion {
  /** Of the command line tool; `0.0.0-DEV` in a build that nobody stamped. */
  version: string;
  /** Of the server inside, which is what compatibility depends on. */
  serverVersion: string;
}

/** The tool that is obtained: the last one that `go install` accepts (later ones carry a replace directive). */
export const TEMPORAL_PIN: TemporalVersion = { version: '1.5.1', serverVersion: '1.29.1' };
/** Of the module that it is built from, as Go's checksum database has it. */
export const TEMPORAL_MODULE_SUM = 'h1:0RZMk14BWxz44Xg6ciDQvpfAMffoG3J7/K03ql80teY=';
/** Worker deployment versioning, as the workers use it, is complete from this server on. */
export const TEMPORAL_SERVER_MINIMUM = '1.29.0';

/** What a temporal binary says of itself; undefined where the file is not one or does not run here. */
export async function temporalVersion(file: string): Promise<TemporalVersion | undefined> {
  const said = await runCommand(file, ['--version'], { timeLimitMs: 30_000 });
  const match = /version (\S+) \(Server (\d+\.\d+\.\d+)/.exec(said.stdout);
  return said.status === 0 && match ? { version: match[1]!, serverVersion: match[2]! } : undefined;
}

export const isRecentEnough = (found: TemporalVersion) => isAtLeast(found.serverVersion, TEMPORAL_SERVER_MINIMUM);
