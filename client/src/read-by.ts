/** What a JSON text says, whichever way its numbers are kept. */
export type ParseJson = (text: string) => unknown;

/**
 * The same response, whose JSON is what `parse` makes of its text; undefined where it has no text. `openapi-fetch` asks a response for its JSON
 * where that says how long it is, and calls `JSON.parse` otherwise.
 */
export async function readBy(parse: ParseJson, response: Response): Promise<Response | undefined> {
  const text = await response.clone().text();
  if (text === '') return undefined;
  const value = parse(text);
  const { status, statusText, headers } = response;
  const sized = new Headers(headers);
  sized.set('content-length', `${text.length}`);
  return Object.assign(new Response(text, { status, statusText, headers: sized }), {
    json: () => Promise.resolve(value),
  });
}
