/**
 * JSON in which no object has a field twice: a parser takes the last of two in silence, and a line with two was two lines, or is not
 * by who it should be.
 * @throws SyntaxError; FieldTwice naming the field
 */
export function jsonOfFields(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Every name has its colon: a line with as many of them as fields has none twice, and only the others are read once more.
  if (colonsIn(text) !== fieldsOf(value)) refuseTwice(text);
  return value;
}

class FieldTwice extends Error {}

function colonsIn(text: string): number {
  let colons = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) colons++;
  return colons;
}

/** Fields of an object and of those in it; what is in arrays does not count. */
function fieldsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 0;
  let fields = 0;
  for (const inner of Object.values(value)) fields += 1 + fieldsOf(inner);
  return fields;
}

/** @param text that JSON.parse takes */
function refuseTwice(text: string): void {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{') open.push(new Set());
    else if (char === '[') open.push(null);
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfText(text, at);
      if (isName(text, end)) note(open.at(-1)!, JSON.parse(text.slice(at, end)) as string);
      at = end - 1;
    }
  }
}

/** @returns behind the closing quotation mark */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isName(text: string, end: number): boolean {
  let at = end;
  while (' \t\r\n'.includes(text[at] ?? ':')) at++;
  return text[at] === ':';
}

function note(names: Set<string>, name: string): void {
  if (names.has(name)) throw new FieldTwice(`the field ${JSON.stringify(name.slice(0, 40))} stands twice`);
  names.add(name);
}

/** What is wrong with a line that `jsonOfFields` did not take. */
export function notJson(error: unknown): string {
  return error instanceof FieldTwice ? error.message : 'is not a JSON object';
}
