/** The last word of a command: one JSON object on stdout with --json, else the text for people. */
export function printResult(json: boolean, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text.endsWith('\n') ? text : `${text}\n`}`);
}
