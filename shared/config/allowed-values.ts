/** The part of a JSON Schema node that says which values are valid. */
export interface AllowedNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly items?: AllowedNode;
  readonly anyOf?: readonly AllowedNode[];
  readonly additionalProperties?: AllowedNode;
}

/** What a node allows, in words for the person who edits the file. */
export function allowedValues(node: AllowedNode): string {
  if (node.anyOf) return node.anyOf.map(allowedValues).join(', or ');
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (node.type === 'integer') return `whole number${range(node)}`;
  if (node.type === 'number') return `number${range(node)}`;
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'null') return 'null';
  if (node.type === 'array') return `list, each a ${allowedValues(node.items!)}`;
  if (node.type === 'object') return `object, each value ${allowedValues(node.additionalProperties!)}`;
  if (node.format === 'date') return 'date as YYYY-MM-DD';
  if (node.minLength !== undefined && node.minLength === node.maxLength) return `text of ${node.minLength} characters`;
  return 'text, not empty';
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: AllowedNode): string {
  const isBound = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const low = isBound(exclusiveMinimum) ? ` above ${exclusiveMinimum}` : isBound(minimum) ? ` from ${minimum}` : '';
  const high = isBound(exclusiveMaximum) ? ` below ${exclusiveMaximum}` : isBound(maximum) ? ` to ${maximum}` : '';
  return `${low}${high}`;
}
