import { useQueryClient } from '@tanstack/react-query';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { useSending } from '../api/sending.ts';
import type { VendorPayment } from './approval-queries.ts';

export type Decision = 'approve' | 'reject';

/** Sends one decision, for the terms that were seen. */
export const decide = (
  decision: Decision,
  { paymentId: id, termsHash }: VendorPayment,
  key: string,
  words: string,
) => {
  const params = { path: { id }, header: { 'Idempotency-Key': key } };
  return decision === 'approve'
    ? dataOf(
        api.POST('/approvals/payments/{id}/approve', {
          params,
          body: {
            ...(termsHash === undefined ? {} : { termsHash }),
            ...(words === '' ? {} : { notes: words }),
          },
        }),
      )
    : dataOf(api.POST('/approvals/payments/{id}/reject', { params, body: { reason: words } }));
};

/** Approves or rejects what was on the screen: an approval says which terms those were, and counts for no others. */
export function useDecision(decision: Decision, seen: VendorPayment, onDone: (now: VendorPayment) => void) {
  const queries = useQueryClient();
  return useSending({
    send: (words: string, key) => decide(decision, seen, key, words),
    refreshes: ['approvals'],
    onDone,
    onRefused: () => void queries.invalidateQueries({ queryKey: ['approvals'] }),
  });
}
