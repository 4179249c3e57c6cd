import type { Prerequisite } from './prerequisite.js';

/** Each brings a prebuilt binary for its platform as a package of its own, which an incomplete installation lacks. */
const NATIVE_MODULES = ['@temporalio/worker', '@duckdb/node-api', 'koffi', 'onnxruntime-node'];

/** Whether node_modules is complete: the modules with native parts are loaded. */
export async function installedModules(): Promise<Prerequisite> {
  const broken: string[] = [];
  for (const name of NATIVE_MODULES) {
    await import(name).catch((error: Error) => broken.push(`${name}: ${error.message.split('\n')[0]}`));
  }
  return {
    name: 'node modules',
    needed: 'required',
    found: broken.length === 0,
    fix: 'delete node_modules and run npm ci, without --omit=optional',
    ...(broken.length === 0 ? {} : { warning: broken.join('; ') }),
  };
}
