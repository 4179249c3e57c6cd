import { isDeepStrictEqual as isEqual } from 'node:util';
import type { z } from 'zod';
import { type Config, type ConfigInput, configSchema } from '../../config/config.js';
import { configFields } from '../../config/config-fields.js';
import { environmentValues } from '../../config/environment.js';
import { FORMER_SETTINGS, type FormerSetting, nothingInstead } from '../../config/former-settings.js';
import { type ConfigProblem, WrongConfig } from '../../config/wrong-config.js';
import { withoutByteOrderMark } from '../../fields/byte-order-mark.js';
import { stampOf } from '../../formats/formats.js';
import { formatTooNew, newerVersion, versionOf, withoutVersion } from '../../formats/version-found.js';
import { HANDWRITTEN_BYTES_MAX, NotPlainFile, readPlainFile } from '../disk/plain-file.js';

/** The file that is read where none is named; it need not exist. */
export const DEFAULT_CONFIG_FILE = 'believe.config.json';

export interface ConfigSources {
  /** A file that must exist; without it, DEFAULT_CONFIG_FILE of the working directory where there is one. */
  readonly file?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** From command line options; the strongest, but of limits and thresholds, which only a file changes. */
  readonly overrides?: Omit<ConfigInput, 'risk' | 'gate'>;
  /** The file was written by this product, maybe by an earlier version: a former setting in it may say what holds now. */
  readonly isOwnRecord?: boolean;
}

/**
 * Resolves every setting: defaults, then the file, then BELIEVE_* variables, then overrides; frozen.
 * @throws WrongConfig naming every wrong field, where it was set, what was found and what is allowed
 */
export function loadConfig({
  file,
  env = process.env,
  overrides = {},
  isOwnRecord = false,
}: ConfigSources = {}): Config {
  const fileName = file ?? DEFAULT_CONFIG_FILE;
  const fromFile = readConfigFile(fileName, file !== undefined);
  const environment = environmentValues(env, fileName);
  const settings: Json = structuredClone(fromFile);
  const former = takeFormer(settings).filter(({ found, setting }) => !(isOwnRecord && isEqual(found, setting.holds)));
  const sourceOf = new Map<string, string>();
  for (const { path, variable, value } of environment.values) {
    setAt(settings, path, value);
    sourceOf.set(path, variable);
  }
  for (const [path, value] of leavesOf(overrides as Json)) {
    setAt(settings, path, value);
    sourceOf.set(path, 'command line');
  }
  fillKinds(settings);

  const parsed = configSchema.safeParse(settings);
  const problems = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, settings, sourceOf, fileName));
  const others = [
    ...environment.problems,
    ...former.map(({ found, setting }) => ({
      ...{ source: fileName, field: setting.path, found },
      allowed: nothingInstead(setting),
    })),
  ];
  if (!parsed.success || others.length > 0) throw new WrongConfig([...others, ...problems]);
  return deepFreeze(parsed.data);
}

type Json = Record<string, unknown>;

/** Takes former settings out, so that each is told of once, and with what holds instead of it. */
function takeFormer(settings: Json): { readonly setting: FormerSetting; readonly found: unknown }[] {
  return FORMER_SETTINGS.flatMap((setting) => {
    const names = setting.path.split('.');
    const section = valueAt(settings, names.slice(0, -1).join('.'));
    const name = names.at(-1)!;
    if (!isSection(section) || !Object.hasOwn(section, name)) return [];
    const found = section[name];
    delete section[name];
    return [{ setting, found }];
  });
}

function readConfigFile(file: string, mustExist: boolean): Json {
  const refuse = (found: unknown, allowed: string) => new WrongConfig([{ source: file, field: '', found, allowed }]);
  let text: string;
  try {
    const bytes = readPlainFile(file, HANDWRITTEN_BYTES_MAX);
    if (bytes.length > HANDWRITTEN_BYTES_MAX) throw refuse('too large', `at most ${HANDWRITTEN_BYTES_MAX} bytes`);
    text = bytes.toString('utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !mustExist) return {};
    if (error instanceof WrongConfig) throw error;
    if (error instanceof NotPlainFile) throw refuse('a folder, a pipe or a device', 'a readable JSON file');
    throw refuse(code === 'ENOENT' ? undefined : `unreadable (${code})`, 'a readable JSON file');
  }
  let value: unknown;
  try {
    value = JSON.parse(withoutByteOrderMark(text), asWritten);
  } catch (error) {
    throw refuse(`not JSON (${(error as Error).message})`, 'one JSON object');
  }
  if (!isSection(value)) throw refuse(value, 'one JSON object');
  const newer = newerVersion(versionOf(value, stampOf('settings')), stampOf('settings'));
  if (newer !== null) throw formatTooNew('settings', file, newer);
  return withoutVersion('settings', value) as Json;
}

/** A number that is too large becomes Infinity, which nobody wrote: it is kept as its text, to be refused as such. */
function asWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? context!.source : value;
}

function problemsOf(
  issue: z.core.$ZodIssue,
  settings: Json,
  sourceOf: ReadonlyMap<string, string>,
  fileName: string,
): ConfigProblem[] {
  const path = issue.path.join('.');
  const problem = (field: string, allowed: string): ConfigProblem => {
    const found = valueAt(settings, field);
    return {
      source: sourceOf.get(listOf(field)) ?? fileName,
      field,
      ...(found === undefined ? {} : { found }),
      allowed,
    };
  };
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      problem(path ? `${path}.${key}` : key, `no such field here; known: ${knownNames(path, settings)}`),
    );
  if (issue.code === 'custom') return [problem(path, issue.message)];
  return [problem(path, allowedAt(path) ?? issue.message)];
}

/** What the schema allows at a path or, for an item of a list, in that list. */
function allowedAt(path: string): string | undefined {
  const { fields, sections } = configFields();
  const field = fields.find((candidate) => candidate.path === listOf(path));
  return field?.allowed ?? (sections.some((section) => section.path === path) ? 'an object of fields' : undefined);
}

/** Path of the list that an item is in; any other path as it is. */
function listOf(path: string): string {
  return path.replace(/\.\d+$/, '');
}

function knownNames(section: string, settings: Json): string {
  const prefix = section ? `${section}.` : '';
  const kind = valueAt(settings, `${prefix}kind`);
  const { fields, sections } = configFields();
  const paths = [...fields.filter(({ onlyFor }) => onlyFor === null || onlyFor === kind), ...sections].map(
    ({ path }) => path,
  );
  const names = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split('.')[0]!);
  return [...new Set(names)].join(', ');
}

/** A section of several kinds that is set in part keeps its default kind. */
function fillKinds(settings: Json): void {
  for (const { path, defaultKind } of configFields().sections) {
    const section = valueAt(settings, path);
    if (defaultKind !== null && isSection(section) && section.kind === undefined) section.kind = defaultKind;
  }
}

function isSection(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueAt(settings: Json, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Json | null | undefined)?.[name], settings);
}

function setAt(settings: Json, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop()!;
  let section = settings;
  for (const name of names) {
    const inner = isSection(section[name]) ? section[name] : {};
    section[name] = inner;
    section = inner;
  }
  section[last] = value;
}

function* leavesOf(section: Json, prefix = ''): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(section)) {
    if (value === undefined) continue;
    if (isSection(value)) yield* leavesOf(value, `${prefix}${name}.`);
    else yield [`${prefix}${name}`, value];
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
