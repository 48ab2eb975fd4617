import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, bodyOf, type Schemas } from '../api/api.ts';
import { isPassing } from '../api/problem.ts';
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

const newKey = (): string => `console-${crypto.randomUUID()}`;

type Sent = Readonly<{ id: string; version: number; key: string }>;

const headersOf = ({ id, version, key }: Sent) => ({
  path: { id },
  header: { 'Idempotency-Key': key, 'If-Match': `"${version}"` },
});

const decide = (sent: Sent, decision: Decision): Promise<Exception> =>
  bodyOf(api.POST('/exceptions/{id}/resolve', { params: headersOf(sent), body: decision }));

const answer = (sent: Sent, asked: Answer): Promise<Exception> =>
  asked.kind === 'confirm'
    ? bodyOf(api.POST('/exceptions/{id}/confirm', { params: headersOf(sent), body: {} }))
    : bodyOf(
        api.POST('/exceptions/{id}/reject', { params: headersOf(sent), body: { reason: asked.reason } }),
      );

/**
 * Sends one wish about the exception as it was seen. Without a final answer it goes out again under the same key, so that it
 * happens once; after a refusal the next is another wish.
 */
function useSending<Wish>(
  { id, version }: Exception,
  send: (sent: Sent, wish: Wish) => Promise<Exception>,
  onDone: (now: Exception) => void,
) {
  const queries = useQueryClient();
  const [sent, setSent] = useState(() => ({ id, version, key: newKey() }));
  const mutation = useMutation({
    mutationFn: (wish: Wish) => send(sent, wish),
    onSuccess: async (now) => {
      queries.setQueryData(['exceptions', 'one', id], now);
      await queries.invalidateQueries({ queryKey: ['exceptions', 'list'] });
      onDone(now);
    },
    onError: (error) => {
      if (!isPassing(error)) setSent((was) => ({ ...was, key: newKey() }));
    },
  });
  return { mutation, isUndecided: isPassing(mutation.error) };
}

export const useDecision = (exception: Exception, onDone: (now: Exception) => void) =>
  useSending(exception, decide, onDone);

export const useAnswer = (exception: Exception, onDone: (now: Exception) => void) =>
  useSending(exception, answer, onDone);
