import { useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { useSending } from '../api/sending.ts';
import type { Exception } from './exception-queries.ts';

export type Decision = Omit<Schemas['NewResolution'], 'idempotency_key'>;
export type Action = Decision['action'];

export const ACTION_NAMES: Readonly<Record<Action, string>> = {
  accept_difference: 'Accept difference',
  link: 'Link',
  expect_later: 'Expect later',
  ignore: 'Ignore',
};

/** What a person can decide, without what the API would refuse for what the exception is about. */
export const actionsOn = ({ status, difference, row }: Exception): readonly Action[] =>
  status !== 'open'
    ? []
    : [
        ...(difference === undefined ? [] : (['accept_difference'] as const)),
        ...(row?.status === 'settled' ? (['link'] as const) : []),
        'expect_later',
        'ignore',
      ];

/** What is done with a resolution that waits. */
export type Answer = Readonly<{ kind: 'confirm' }> | Readonly<{ kind: 'reject'; reason: string }>;

type Seen = Pick<Exception, 'id' | 'version'>;

const headersOf = ({ id, version }: Seen, key: string) => ({
  path: { id },
  header: { 'Idempotency-Key': key, 'If-Match': `"${version}"` },
});

const decide = (seen: Seen, decision: Decision, key: string): Promise<Exception> =>
  dataOf(api.POST('/exceptions/{id}/resolve', { params: headersOf(seen, key), body: decision }));

const answer = (seen: Seen, asked: Answer, key: string): Promise<Exception> =>
  asked.kind === 'confirm'
    ? dataOf(api.POST('/exceptions/{id}/confirm', { params: headersOf(seen, key), body: {} }))
    : dataOf(
        api.POST('/exceptions/{id}/reject', { params: headersOf(seen, key), body: { reason: asked.reason } }),
      );

/** Sends what is wished about the exception as it was when the form was opened. */
function useWish<Wish>(
  exception: Exception,
  send: (seen: Seen, wish: Wish, key: string) => Promise<Exception>,
  onDone: () => void,
) {
  const [seen] = useState<Seen>(exception);
  return useSending({
    send: (wish: Wish, key) => send(seen, wish, key),
    refreshes: ['exceptions'],
    onDone,
  });
}

export const useDecision = (exception: Exception, onDone: () => void) => useWish(exception, decide, onDone);

export const useAnswer = (exception: Exception, onDone: () => void) => useWish(exception, answer, onDone);
