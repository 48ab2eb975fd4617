import { type Books, held } from './books.ts';
import type { Call } from './endpoints.ts';
import { answer, missing, type Reply, refuse } from './replies.ts';

/** `POST /v1/disputes/{dispute}/close`: the merchant accepts that the money is lost. */
export function closeDispute({ books, id, expanded }: Call): Reply {
  const dispute = books.disputes.get(id);
  if (dispute === undefined) return missing('dispute', id, 'dispute');
  if (dispute.status !== 'needs_response')
    return refuse(400, `This dispute is ${dispute.status} already.`, { code: 'status_transition_invalid' });
  dispute.status = 'lost';
  books.emit('charge.dispute.closed', dispute);
  return answer(expanded(dispute));
}

/** What the issuer decides: a dispute that is won gives the money back, and keeps the fee. */
export function decideDispute(books: Books, disputeId: string, status: 'won' | 'lost'): void {
  const dispute = held(books.disputes, disputeId);
  if (dispute.status !== 'needs_response' && dispute.status !== 'under_review') return;
  dispute.status = status;
  if (status === 'won') {
    held(books.charges, dispute.charge).disputed = false;
    dispute.balance_transactions = [
      ...dispute.balance_transactions,
      books.book({
        type: 'adjustment',
        amount: dispute.amount,
        currency: dispute.currency,
        source: disputeId,
      }),
    ];
  }
  books.emit('charge.dispute.closed', dispute);
}
