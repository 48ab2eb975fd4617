import type { components } from '../../../client/src/api.ts';
import { createClient, PaywrightNoAnswer, problemOf } from '../../../client/src/client.ts';
import { API } from './address.ts';
import { parseExact } from './exact-json.ts';

export type Schemas = components['schemas'];

/** Called when the server says that there is no session any more. */
let onSessionEnded = (): void => {};

export const whenSessionEnds = (listener: () => void): void => {
  onSessionEnded = listener;
};

/** Where the session is read, begun and ended. */
export const SESSION = '/console/session';

const PLACE = {
  baseUrl: API,
  // Numbers beyond 2^53 are `bigint`, whatever their type says.
  parseJson: parseExact,
  // Also what is asked of no merchant is answered so; whether the session is over, it says itself.
  onUnauthorized: () => void fetchAnswer(SESSION).catch(() => {}),
};

const MINUTE_MS = 60_000;

/**
 * The API under the session's cookie, for the merchant of this document. What may succeed is sent again for a few seconds, after which people
 * are told; a slow answer is waited for.
 */
export const api = createClient({
  ...PLACE,
  retries: 2,
  backoffMs: 1_000,
  longestWaitMs: 1_000,
  attemptTimeoutMs: MINUTE_MS,
});

/** The same, for what is sent once: a look that is on record each time, an answer that is asked for by and by, a file on a slow line. */
export const apiOnce = createClient({
  ...PLACE,
  retries: 0,
  timeoutMs: 4 * MINUTE_MS,
  attemptTimeoutMs: 4 * MINUTE_MS,
});

/** An answer from beside the API, which is asked for once and fails as calls of the API do. */
export async function fetchAnswer(path: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(path, init).catch((cause: unknown) => {
    throw new PaywrightNoAnswer(1, undefined, cause);
  });
  if (answer.ok) return answer;
  if (answer.status === 401) onSessionEnded();
  throw await problemOf(answer);
}
