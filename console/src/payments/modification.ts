import { useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api, type Schemas } from '../api/api.ts';
import { leavesOpen, statusOf } from '../api/problem.ts';
import { useSending } from '../api/sending.ts';
import type { Action } from './what-is-left.ts';

type Asked = Readonly<{ amount?: number; reason?: string; final?: boolean }>;

const send = (action: Action, id: string, key: string, asked: Asked): Promise<Schemas['Transaction']> => {
  const params = { path: { id }, header: { 'Idempotency-Key': key } };
  if (action === 'capture') return dataOf(api.POST('/payments/{id}/capture', { params, body: asked }));
  if (action === 'refund') return dataOf(api.POST('/payments/{id}/refunds', { params, body: asked }));
  return dataOf(api.POST('/payments/{id}/void', { params, body: {} }));
};

/** A conflict too may be with what was sent before. */
const isOpen = (error: unknown): boolean => leavesOpen(error) || statusOf(error) === 409;

/** One capture, refund or void. */
export function useModification(
  action: Action,
  id: string,
  onDone: (transaction: Schemas['Transaction']) => void,
) {
  const queries = useQueryClient();
  return useSending({
    send: (asked: Asked, key) => send(action, id, key, asked),
    refreshes: ['payment'],
    onDone: (transaction) => {
      void queries.invalidateQueries({ queryKey: ['payments', 'newest'] });
      onDone(transaction);
    },
    isOpen,
  });
}
