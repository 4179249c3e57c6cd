/** Modules of research's rsync daemon, with the login of each: what a broker may read, and the one place where it may write. */
export const RSYNC_MODULES = {
  releases: { user: 'broker-down', passwordFile: 'releases.password' },
  /** Written, never listed or read. */
  landing: { user: 'broker-up', passwordFile: 'landing.password' },
  receipts: { user: 'broker-receipts', passwordFile: 'receipts.password' },
} as const;
export type RsyncModule = keyof typeof RSYNC_MODULES;

export function moduleUrl(
  module: RsyncModule,
  { host, port }: { readonly host: string; readonly port: number },
): string {
  return `rsync://${RSYNC_MODULES[module].user}@${host}:${port}/${module}`;
}
