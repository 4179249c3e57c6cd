import type { Config } from '../../shared/config/config.js';

/** A workflow's page in the Web UI of the embedded server. */
export function webUiLink({ temporal }: Config, workflowId?: string): string {
  const base = `http://127.0.0.1:${temporal.uiPort}/namespaces/${temporal.namespace}/workflows`;
  return workflowId === undefined ? base : `${base}/${encodeURIComponent(workflowId)}`;
}
