import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A place in the source at which a failure gets its type. */
export interface Thrown {
  readonly type: string;
  /** The class that is made: `Failure`, or one that stands for the type; null where another process or place makes it. */
  readonly by: string | null;
  /** file:line */
  readonly at: string;
}

/** Rooms of the product: what is installed, and what people start. */
const ROOMS =
  'activities backup bridge broker cli deploy research setup shared simulator stack telemetry temporal watch workers workflows'.split(
    ' ',
  );

/** The class that is made where no other stands for the type. */
const BASE = 'Failure';

/** Every source file of the product, relative to the root. */
export function productSource(root = '.'): Map<string, string> {
  const files = ROOMS.flatMap((room) =>
    readdirSync(path.join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => path.posix.join(room, ...name.split(path.sep))),
  );
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

/**
 * The types in one file: the first argument of `new Failure`, of `super` in a class that extends Failure, of
 * `finalFailure`; a property `type` of what becomes a failure; and what says of itself that it is a FailureType.
 */
export function thrownIn(file: string, text: string): Thrown[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Thrown[] = [];
  const note = (node: ts.Expression | undefined, by: string | null): void => {
    if (node === undefined) return;
    if (ts.isConditionalExpression(node)) {
      note(node.whenTrue, by);
      note(node.whenFalse, by);
    } else if (ts.isStringLiteralLike(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ type: node.text, by, at: `${file}:${line + 1}` });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && nameOf(node.expression) === BASE) note(node.arguments?.[0], BASE);
    else if (ts.isCallExpression(node)) noteCall(node, note);
    else if (ts.isPropertyAssignment(node) && node.name.getText() === 'type') note(node.initializer, null);
    else if (ts.isSatisfiesExpression(node) && node.type.getText() === 'FailureType') note(node.expression, null);
    else if (ts.isVariableDeclaration(node) && node.type?.getText() === 'FailureType') note(node.initializer, null);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function noteCall(node: ts.CallExpression, note: (type: ts.Expression | undefined, by: string | null) => void): void {
  if (nameOf(node.expression) === 'finalFailure') note(node.arguments[0], null);
  if (node.expression.kind !== ts.SyntaxKind.SuperKeyword) return;
  const owner = ts.findAncestor(node, ts.isClassDeclaration);
  const parent = owner?.heritageClauses?.[0]?.types[0]?.expression;
  if (owner?.name && parent && nameOf(parent) === BASE) note(node.arguments[0], owner.name.text);
}

function nameOf(node: ts.Expression): string | null {
  return ts.isIdentifier(node) ? node.text : null;
}

/** Two classes for one type, and `new Failure` of a type that has a class: each as a sentence. */
export function secondMeanings(thrown: readonly Thrown[]): string[] {
  const classOf = new Map<string, Thrown>();
  const wrong: string[] = [];
  for (const one of thrown) {
    if (one.by === null || one.by === BASE) continue;
    const other = classOf.get(one.type);
    if (other) wrong.push(`${one.type} is ${other.by} (${other.at}) and ${one.by} (${one.at})`);
    else classOf.set(one.type, one);
  }
  for (const { type, by, at } of thrown)
    if (by === BASE && classOf.has(type)) wrong.push(`${at} makes ${type} by its name: it is ${classOf.get(type)!.by}`);
  return wrong;
}
