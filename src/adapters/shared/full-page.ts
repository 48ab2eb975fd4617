import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { PaymentsFound } from '../../ports/payments.ts';

/** A page for which all that could match was looked at, or as much as fills it: behind a full one there may be others. */
export const fullPage = (payments: readonly Payment[], limit: number): PaymentsFound =>
  payments.length < limit ? { payments } : { payments, ...present({ next: payments.at(-1)?.id }) };
