import createClient from 'openapi-fetch';
import type { components, paths } from '../../../client/src/api.ts';
import { API } from './address.ts';
import { parseExact } from './exact-json.ts';
import { ApiError, type Problem } from './problem.ts';

export type Schemas = components['schemas'];

/** Called when the server says that there is no session any more. */
let onSessionEnded = (): void => {};

export const whenSessionEnds = (listener: () => void): void => {
  onSessionEnded = listener;
};

/** A fetch that fails with `ApiError` only: also when nothing answers. */
export async function fetchAnswer(input: Request | string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(input, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, {});
  });
  if (answer.ok) return answer;
  const problem = await answer
    .json()
    .then((body: unknown) => body as Problem)
    .catch(() => ({}));
  if (answer.status === 401) onSessionEnded();
  throw new ApiError(answer.status, problem);
}

/** What the API answers as JSON, whole: numbers beyond 2^53 are `bigint`, whatever their type says. */
async function fetchExact(request: Request): Promise<Response> {
  const answer = await fetchAnswer(request);
  const text = await answer.text();
  Object.defineProperty(answer, 'text', { value: () => Promise.resolve(text) });
  Object.defineProperty(answer, 'json', { value: () => Promise.resolve(parseExact(text)) });
  return answer;
}

/** The API under the session's cookie, for the merchant of this document. */
export const api = createClient<paths>({ baseUrl: API, fetch: fetchExact });

/** The body of an answer; failures were thrown by `fetchAnswer`. */
export async function bodyOf<T>(answer: Promise<Readonly<{ data?: T; response: Response }>>): Promise<T> {
  const { data, response } = await answer;
  if (data === undefined) throw new ApiError(response.status, { title: 'The answer has no body' });
  return data;
}
