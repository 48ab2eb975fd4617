import { okAsync } from 'neverthrow';
import type { Processing } from '../../../domain/approvals/vendor-payment.ts';
import { isChosen } from '../../../domain/approvals/vendor-payment-filter.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { VendorPayments } from '../../../ports/approvals/vendor-payments.ts';
import { type ApprovalsStore, liveKeyText } from './store.ts';

export const memoryVendorPayments = (store: ApprovalsStore): VendorPayments => ({
  find: (id) => okAsync(store.payments.get(id)?.payment),
  findLive(incidentId, vendorId) {
    const id = store.live.get(liveKeyText({ incidentId, vendorId }));
    return okAsync(id === undefined ? undefined : store.payments.get(id)?.payment);
  },
  list(filter, { order, limit, after, skip = 0 }) {
    const matching = store.sorted.filter(
      (payment) =>
        isChosen(payment, filter) &&
        (after === undefined || (order === 'oldest' ? payment.id > after : payment.id < after)),
    );
    return okAsync((order === 'oldest' ? matching : matching.reverse()).slice(skip, skip + limit));
  },
  due: (now, limit) =>
    okAsync(
      store.sorted
        .filter((payment): payment is Processing => payment.status === 'processing' && payment.dueAt <= now)
        .toSorted((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit)
        .map(({ id }) => id),
    ),
  backlog(most) {
    const waiting = store.sorted.filter(({ status }) => status === 'pending_approval').slice(0, most);
    return okAsync({ count: waiting.length, ...present({ oldestAt: waiting[0]?.createdAt }) });
  },
});
