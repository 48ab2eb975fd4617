import type { components } from '../../../client/src/api.ts';
import { STORED_CURRENCIES } from '../../domain/kernel/currency.ts';
import { decimalText, money } from '../../domain/kernel/money.ts';

export type Payment = components['schemas']['Payment'];
/** Which there are is the server's to say: a command sends what it is given. */
export type Currency = components['schemas']['NewPayment']['currency'];
export type Transaction = components['schemas']['Transaction'];

/** As `19.99 USD`; in minor units, and said so, in a currency that is not known here. */
function amountText(amount: number, code: string): string {
  const currency = STORED_CURRENCIES.find((each) => each === code);
  return currency === undefined
    ? `${amount} minor units of ${code}`
    : `${decimalText(money(BigInt(amount), currency))} ${code}`;
}

/** One payment in a line. */
export const paymentLine = ({
  id,
  status,
  amount,
  currency,
  payment_method,
  created_at,
  attention,
}: Payment): string =>
  `${id}  ${status.padEnd(10)} ${amountText(amount, currency).padStart(14)}  ${payment_method}  ${created_at}${attention === undefined ? '' : '  needs people'}\n`;

/** One transaction in a line. */
export const transactionLine = ({
  id,
  type,
  status,
  amount,
  currency,
  created_at,
  response_code,
}: Transaction): string =>
  `${id}  ${type.padEnd(13)} ${status.padEnd(9)} ${amountText(amount, currency).padStart(14)}  ${created_at}${response_code === undefined ? '' : `  ${response_code}`}\n`;

/** A payment in lines, what is nothing left out. */
export function paymentText(payment: Payment): string {
  const sum = (amount: number | undefined) =>
    amount === undefined || amount === 0 ? undefined : amountText(amount, payment.currency);
  const lines: Readonly<Record<string, string | undefined>> = {
    amount: amountText(payment.amount, payment.currency),
    authorized: sum(payment.authorized_amount),
    captured: sum(payment.captured_amount),
    refunded: sum(payment.refunded_amount),
    reserved: sum(payment.reserved_amount),
    method: payment.payment_method,
    customer: payment.customer_id,
    description: payment.description,
    key: payment.idempotency_key,
    processor: payment.processor_id,
    failure: payment.failure && `${payment.failure.code}: ${payment.failure.message}`,
    'next action': payment.next_action && `${payment.next_action.kind} ${payment.next_action.value ?? ''}`,
    attention: payment.attention && `${payment.attention.reason} since ${payment.attention.since}`,
    version: `${payment.version}`,
    created: payment.created_at,
    updated: payment.updated_at,
  };
  const shown = Object.entries(lines).filter(([, value]) => value !== undefined);
  return `${payment.id}  ${payment.status}\n${shown.map(([name, value]) => `  ${name.padEnd(12)} ${value}\n`).join('')}`;
}
