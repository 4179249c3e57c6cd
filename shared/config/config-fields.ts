import { z } from 'zod';
import { type AllowedNode, allowedValues } from './allowed-values.js';
import { configSchema } from './config.js';

/** One field that can be set, as the document, environment variables and error messages need it. */
export interface ConfigField {
  /** Names from the root of the file, joined by dots. */
  readonly path: string;
  /** Environment variable that overrides the field; null where only a file may change it. */
  readonly variable: string | null;
  readonly description: string;
  /** What may be written there, in words. */
  readonly allowed: string;
  /** undefined where the field has no value unless it is given. */
  readonly default: unknown;
  /** Nothing holds where it is left out, rather than that it must be given. */
  readonly isOptional: boolean;
  /** The kind of its section that has the field; null for every kind. */
  readonly onlyFor: string | null;
  /** JSON type of the field, null aside. */
  readonly type: 'string' | 'number' | 'boolean' | 'array' | 'object';
}

/** Fields that belong together. */
export interface ConfigSection {
  readonly path: string;
  readonly description: string;
  /** The kind that a section of several kinds has when none is written; null where it has one kind only. */
  readonly defaultKind: string | null;
}

interface Node extends AllowedNode {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
}

/** What decides how much may be lost and what may trade: a variable would leave no trace that a second person can read. */
const FILE_ONLY_SECTIONS: readonly string[] = ['risk', 'gate'];

export interface ConfigFields {
  readonly fields: readonly ConfigField[];
  readonly sections: readonly ConfigSection[];
}

let cached: ConfigFields | undefined;

/** Every field and section, in the schema's order. */
export function configFields(): ConfigFields {
  if (!cached) {
    const found: { fields: ConfigField[]; sections: ConfigSection[] } = { fields: [], sections: [] };
    const root = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Node;
    collectSection(root, [], null, found);
    cached = found;
  }
  return cached;
}

/** temporal.uiPort -> BELIEVE_TEMPORAL_UI_PORT */
export function variableOf(path: string): string {
  const words = path.split('.').map((name) => name.replace(/[a-z\d](?=[A-Z])/g, '$&_').toUpperCase());
  return `BELIEVE_${words.join('_')}`;
}

function collectSection(
  section: Node,
  path: readonly string[],
  onlyFor: string | null,
  found: { fields: ConfigField[]; sections: ConfigSection[] },
): void {
  const kinds = section.oneOf?.map((option) => String(option.properties?.kind?.const)) ?? [];
  const defaultKind = kinds.length > 0 ? (section.default as { kind: string }).kind : null;
  if (path.length > 0)
    found.sections.push({ path: path.join('.'), description: section.description ?? '', defaultKind });
  if (section.oneOf) {
    const meanings = section.oneOf.map((option, i) => `${kinds[i]}: ${option.properties?.kind?.description}`);
    const kind: Node = { type: 'string', enum: kinds, default: defaultKind, description: meanings.join(' ') };
    found.fields.push(fieldOf(kind, [...path, 'kind'], onlyFor, false));
  }
  for (const [index, option] of (section.oneOf ?? [section]).entries()) {
    for (const [name, child] of Object.entries(option.properties ?? {})) {
      if (section.oneOf && name === 'kind') continue;
      const childOnlyFor = kinds[index] ?? onlyFor;
      const childSection = sectionIn(child);
      if (childSection) collectSection(childSection, [...path, name], childOnlyFor, found);
      else {
        const isOptional = child.default === undefined && !option.required?.includes(name);
        found.fields.push(fieldOf(child, [...path, name], childOnlyFor, isOptional));
      }
    }
  }
}

/** The section that a node is or, where it may be null instead, holds. */
function sectionIn(node: Node): Node | null {
  if (node.properties || node.oneOf) return node;
  const inner = node.anyOf?.find((option) => option.properties);
  return inner ? { ...inner, description: node.description } : null;
}

function fieldOf(node: Node, pathNames: readonly string[], onlyFor: string | null, isOptional: boolean): ConfigField {
  const path = pathNames.join('.');
  const value = node.anyOf?.find((option) => option.type !== 'null') ?? node;
  return {
    path,
    // An object has no form as a variable.
    variable: FILE_ONLY_SECTIONS.includes(pathNames[0]!) || value.type === 'object' ? null : variableOf(path),
    description: node.description ?? '',
    allowed: allowedValues(node),
    default: node.default,
    isOptional,
    onlyFor,
    type: value.type === 'integer' ? 'number' : (value.type as ConfigField['type']),
  };
}
