import { PaywrightNoAnswer } from './problem.ts';
import { attemptsOf, keyOf } from './sender.ts';

/** What a JSON text says, whichever way its numbers are kept. */
export type ParseJson = (text: string) => unknown;

/**
 * The same response, whose JSON is what `parse` makes of its text; undefined where its status says that it has none. Half an answer, none or a
 * proxy's page says no more of what happened than silence, and is `PaywrightNoAnswer`. `openapi-fetch` asks a response for its JSON
 * where that says how long it is, and calls `JSON.parse` otherwise.
 */
export async function readBy(
  parse: ParseJson,
  request: Request,
  response: Response,
): Promise<Response | undefined> {
  const { status, statusText, headers } = response;
  if (status === 204 || status === 205) return undefined;
  let text = '';
  let value: unknown;
  try {
    text = await response.text();
    if (text === '') throw new SyntaxError('The answer has no content');
    value = parse(text);
  } catch (cause) {
    if (request.signal.aborted) throw request.signal.reason;
    throw isJson(text) ? cause : new PaywrightNoAnswer(attemptsOf(request), keyOf(request), cause);
  }
  const sized = new Headers(headers);
  sized.set('content-length', `${text.length}`);
  return Object.assign(new Response(text, { status, statusText, headers: sized }), {
    json: () => Promise.resolve(value),
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
