import { useState } from 'react';
import type { VendorPayment } from './approval-queries.ts';

/** Payments as they were when they were picked, which is what is approved of them. */
export type Picked = ReadonlyMap<string, VendorPayment>;

const tierOf = ({ awaited }: VendorPayment): number | undefined => awaited?.tier;

/** Whether a payment may be picked beside those that are: one tier at a time. */
export const fits = (picked: Picked, payment: VendorPayment): boolean => {
  const [first] = picked.values();
  return tierOf(payment) !== undefined && (first === undefined || tierOf(first) === tierOf(payment));
};

/** With the payment, or without it where it was there. */
function toggled(picked: Picked, payment: VendorPayment): Picked {
  const next = new Map(picked);
  if (!next.delete(payment.paymentId) && fits(picked, payment)) next.set(payment.paymentId, payment);
  return next;
}

export function usePicked() {
  const [picked, setPicked] = useState<Picked>(new Map());
  return {
    picked,
    pick: (payment: VendorPayment) => setPicked((was) => toggled(was, payment)),
    clear: () => setPicked(new Map()),
  };
}
