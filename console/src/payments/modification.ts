import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { isPassing, statusOf } from '../api/problem.ts';
import type { Action } from './what-is-left.ts';

export type Asked = Readonly<{ amount?: number; reason?: string; final?: boolean }>;

const send = (action: Action, id: string, key: string, asked: Asked): Promise<Schemas['Transaction']> => {
  const params = { path: { id }, header: { 'Idempotency-Key': key } };
  if (action === 'capture') return dataOf(api.POST('/payments/{id}/capture', { params, body: asked }));
  if (action === 'refund') return dataOf(api.POST('/payments/{id}/refunds', { params, body: asked }));
  return dataOf(api.POST('/payments/{id}/void', { params, body: {} }));
};

/** Without a final answer it may have happened all the same, so that only the very same may be sent again. */
const isOpen = (error: unknown): boolean =>
  error !== null && (isPassing(error) || statusOf(error) === 409 || statusOf(error) === 401);

/**
 * One capture, refund or void. Its idempotency key is made with the form and stays for as long as what was sent has no
 * final answer, so that however often it is sent, it happens at most once.
 */
export function useModification(
  action: Action,
  id: string,
  onDone: (transaction: Schemas['Transaction']) => void,
) {
  const queries = useQueryClient();
  const [key, setKey] = useState(() => `console-${crypto.randomUUID()}`);
  const mutation = useMutation({
    mutationFn: (asked: Asked) => send(action, id, key, asked),
    onSuccess: async (transaction) => {
      await queries.invalidateQueries({ queryKey: ['payment', id] });
      void queries.invalidateQueries({ queryKey: ['payments', 'newest'] });
      onDone(transaction);
    },
    onError: (error) => {
      if (!isOpen(error)) setKey(`console-${crypto.randomUUID()}`);
    },
  });
  return { mutation, key, isUndecided: mutation.isPending || isOpen(mutation.error) };
}
