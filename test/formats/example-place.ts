/** A file that lies at a pattern of places. */
export function exampleOf(pattern: string): string {
  return pattern.replaceAll('**', 'a').replaceAll('*', 'a');
}
