import type { CertificateRole } from '../certificates/roles.js';

/** What a host needs, as facts: what writes files makes files of it, and what checks compares with it. */
export interface HostNeeds {
  readonly host: string;
  readonly os: 'linux' | 'windows';
  readonly users: readonly UserNeed[];
  readonly groups: readonly GroupNeed[];
  readonly folders: readonly FolderNeed[];
  readonly files: readonly FileNeed[];
  readonly keys: readonly KeyNeed[];
  readonly handed: readonly HandedNeed[];
  /** Folders of keys that are a person's, or another tier's: nothing may lie there. */
  readonly foreignKeys: readonly ForeignKeys[];
  readonly services: readonly ServiceNeed[];
  /** Units of the distribution that must run too. */
  readonly foreignUnits: readonly ForeignUnit[];
}

export interface UserNeed {
  readonly name: string;
  readonly groups: readonly string[];
  readonly why: string;
}

export interface GroupNeed {
  readonly name: string;
  readonly why: string;
}

/** On Windows owner, group and mode are empty, and `rights` says all. */
export interface FolderNeed {
  readonly path: string;
  readonly owner: string;
  readonly group: string;
  /** Four octal digits, such as 2750. */
  readonly mode: string;
  readonly rights: readonly WindowsRight[];
  readonly why: string;
}

export interface WindowsRight {
  /** As Windows writes it, such as `NT SERVICE\believe-bridge`. */
  readonly who: string;
  /** As icacls writes it: F all, M change, RX read and pass through, W write. */
  readonly right: 'F' | 'M' | 'RX' | 'W';
  /** This folder alone, or all below it too. */
  readonly inherits: boolean;
}

export interface FileNeed {
  readonly path: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
  readonly content: string;
  readonly why: string;
  /** Lines that a person fills in on the host, by the name in front of `=`: they are not compared. */
  readonly ownLines?: readonly string[];
}

/** Something secret: never in a plan; made, or brought, on the host. */
export interface KeyNeed {
  readonly path: string;
  /** A file, or a folder that holds at least one file. */
  readonly kind: 'file' | 'folder';
  readonly owner: string;
  readonly why: string;
  /** Only brought like one: everybody may read it. */
  readonly isPublic?: boolean;
  /** What a person does where it is missing. */
  readonly madeBy: string;
}

export interface ForeignKeys {
  readonly path: string;
  readonly why: string;
}

/** Files that the key ceremony makes, or restores, as whoever ran it, and whose they must be to be used. */
export interface HandedNeed {
  readonly folder: string;
  /** With `*` for any characters. */
  readonly names: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
  readonly why: string;
}

export interface ServiceNeed {
  /** Without its ending. */
  readonly name: string;
  readonly description: string;
  readonly user: string;
  readonly group: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly umask: string;
  /** Folders that it may write to; all else is read only for it. */
  readonly writes: readonly string[];
  /** Folders that it cannot even see. */
  readonly hidden: readonly string[];
  /** none: no network at all. tunnel: the addresses named. internet: any. */
  readonly network: 'none' | 'tunnel' | 'internet';
  readonly peers: readonly string[];
  readonly after: readonly string[];
  /** Capabilities that it keeps; usually none. */
  readonly capabilities: readonly string[];
  /** Of all its threads; null: as everybody's. */
  readonly nice: number | null;
  /** Up to which real-time priority it may run its threads; null: in none. */
  readonly realTimePriorityMax: number | null;
  /** At which time of the day it runs once; null runs all the time. */
  readonly daily: string | null;
  /** A secret file that is handed to it alone: its name there, and where it lies. */
  readonly credential: { readonly name: string; readonly file: string } | null;
  /** Whose certificate it shows to Temporal; null speaks to none. */
  readonly tier: Tier | null;
  readonly why: string;
}

/** What a service is not given unless it is said. */
export const UNSAID = {
  ...{ hidden: [], peers: [], after: [], capabilities: [] },
  ...{ nice: null, realTimePriorityMax: null, daily: null, credential: null, tier: null },
} as const satisfies Partial<ServiceNeed>;

/** The role of a certificate that a process shows; an operator's is a person's. */
export type Tier = Exclude<CertificateRole, 'operator'>;

export interface ForeignUnit {
  readonly unit: string;
  readonly why: string;
}
