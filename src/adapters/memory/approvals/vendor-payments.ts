import { okAsync } from 'neverthrow';
import type { Processing, VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { VendorPaymentFilter, VendorPayments } from '../../../ports/approvals/vendor-payments.ts';
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
        matches(payment, filter) &&
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

const matches = (payment: VendorPayment, filter: VendorPaymentFilter): boolean =>
  (filter.vendorId === undefined || payment.vendorId === filter.vendorId) &&
  (filter.incidentId === undefined || payment.incidentId === filter.incidentId) &&
  (filter.status === undefined || payment.status === filter.status) &&
  (filter.fraudStatus === undefined || payment.fraud.status === filter.fraudStatus) &&
  (filter.unreviewed === undefined || payment.review === undefined);
