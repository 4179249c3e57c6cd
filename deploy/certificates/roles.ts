/** Whom a certificate names: the server, a worker's tier, and people who may act or only look. */
export const CERTIFICATE_ROLES = ['server', 'orchestrator', 'research', 'broker', 'operator', 'reader'] as const;
export type CertificateRole = (typeof CERTIFICATE_ROLES)[number];
