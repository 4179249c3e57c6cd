/**
 * Text as a terminal may see it: names, reasons and messages come from files, workflows and other machines, and a control
 * character among them would be an order to the terminal. Each is shown by its number instead; so are those that nobody sees
 * (a byte order mark, a space of no width) or that turn the direction of writing. Line ends and tabs stay.
 */
export function terminalText(text: string): string {
  // By UTF-16 units, as JSON writes them.
  return text.replace(UNSEEN, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Controls, format characters, separators of lines and paragraphs. */
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The last word of a command: one JSON object on stdout with --json, else the text for people. */
export function printResult(json: boolean, value: unknown, text: string): void {
  const said = json ? JSON.stringify(value) : text;
  process.stdout.write(terminalText(said.endsWith('\n') ? said : `${said}\n`));
}

/** A line beside the result, on stderr. */
export function say(line: string): void {
  process.stderr.write(terminalText(`${line}\n`));
}
