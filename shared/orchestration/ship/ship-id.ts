import { z } from 'zod';

/** Room below the 255 bytes of a file name: temporary files beside a folder have longer names than the folder. */
const FOLDER_NAME_CHARACTERS_MAX = 200;

/**
 * Identity of one run of a workflow: its id, `~`, and the first digits of its run id. Whoever may start workflows chooses
 * the first part.
 */
export const runIdentity = z
  .string()
  .regex(
    /^[\x21-\x7e]+~[0-9a-f]{8}$/,
    'must be a workflow id of printable ASCII without spaces, ~ and eight hex digits of the run id',
  )
  .refine((id) => folderNameOf(id).length <= FOLDER_NAME_CHARACTERS_MAX, {
    error: `the workflow id is too long: it names a folder of at most ${FOLDER_NAME_CHARACTERS_MAX} characters`,
    abort: true,
  });

/** @param run as the SDK knows it */
export function runIdentityOf({ workflowId, runId }: { readonly workflowId: string; readonly runId: string }): string {
  return `${workflowId}~${runId.slice(0, 8)}`;
}

/**
 * The folder name of a run: no two identities share one, and none leads elsewhere. `ship/nightly~0a1b2c3d` is kept in
 * `ship+nightly~0a1b2c3d`.
 */
export function folderNameOf(identity: string): string {
  return encodeURIComponent(identity).replaceAll('%2F', '+');
}
