/** What a text of JSON says, for a schema to judge; undefined of any other text, which JSON never says. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
