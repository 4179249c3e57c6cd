/** Whom a certificate names: the server, a worker's tier, the watchers, and people who may act or only look. */
export const CERTIFICATE_ROLES = [
  ...(['server', 'orchestrator', 'research', 'broker', 'watcher', 'operator', 'reader'] as const),
] as const;
export type CertificateRole = (typeof CERTIFICATE_ROLES)[number];
