import type { CurrencyCode } from '../kernel/currency.ts';
import type { CustomerId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Payment, PaymentStatus } from './payment.ts';

/** One pair of a payment's metadata, both exactly. */
export type MetadataPair = Readonly<{ name: string; value: string }>;

/** All bounds are inclusive; `from` and `to` are about `createdAt`; amounts are minor units in whatever currency. */
export type PaymentFilter = Readonly<{
  status?: PaymentStatus;
  /** Only those that need people. */
  attention?: true;
  customerId?: CustomerId;
  currency?: CurrencyCode;
  from?: Instant;
  to?: Instant;
  minAmount?: bigint;
  maxAmount?: bigint;
  /** The processor's code, exactly; a payment that has not failed has none. */
  declineCode?: string;
  metadata?: MetadataPair;
}>;

/** The one amount, in minor units of whatever currency, that a filter chooses; undefined where it may be one of several. */
export const exactAmount = ({ minAmount, maxAmount }: PaymentFilter): bigint | undefined =>
  minAmount === maxAmount ? minAmount : undefined;

/** Whether what a filter chooses is found by looking at others: by what no storage keeps it in the order of. */
export const isLookedFor = (filter: PaymentFilter): boolean => {
  const { status, currency, minAmount, maxAmount, declineCode } = filter;
  const { customerId, attention, metadata } = filter;
  const looked = [status, currency, minAmount, maxAmount, declineCode];
  const kept = [customerId, attention, metadata, exactAmount(filter)];
  return looked.some((each) => each !== undefined) && kept.every((each) => each === undefined);
};

/** Whether a filter chooses a payment as it stands. */
export function isChosen(payment: Payment, filter: PaymentFilter): boolean {
  const { minorUnits, currency } = payment.amount;
  return (
    (filter.status === undefined || payment.status === filter.status) &&
    (filter.attention === undefined || payment.attention !== undefined) &&
    (filter.customerId === undefined || payment.customerId === filter.customerId) &&
    (filter.currency === undefined || currency === filter.currency) &&
    (filter.from === undefined || payment.createdAt >= filter.from) &&
    (filter.to === undefined || payment.createdAt <= filter.to) &&
    (filter.minAmount === undefined || minorUnits >= filter.minAmount) &&
    (filter.maxAmount === undefined || minorUnits <= filter.maxAmount) &&
    (filter.declineCode === undefined ||
      (payment.status === 'failed' && payment.failure.code === filter.declineCode)) &&
    (filter.metadata === undefined || hasPair(payment, filter.metadata))
  );
}

const hasPair = ({ metadata = {} }: Payment, { name, value }: MetadataPair): boolean =>
  Object.hasOwn(metadata, name) && metadata[name] === value;
