import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { useSending } from '../api/sending.ts';
import type { Exception } from './exception-queries.ts';
import type { Decision } from './resolution.ts';

export type BatchResults = Schemas['ResolutionResults'];

/** One decision about several exceptions, each judged alone and under a key of its own, so that sent again it happens once. */
export const useBatch = (exceptions: readonly Exception[]) =>
  useSending({
    send: (decision: Decision, key) =>
      dataOf(
        api.POST('/exceptions/resolve', {
          body: {
            items: exceptions.map(({ id }, at) => ({ id, ...decision, idempotency_key: `${key}.${at}` })),
          },
        }),
      ),
    refreshes: ['exceptions'],
    onDone: () => {},
  });
