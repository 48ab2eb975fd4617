import { createHash } from 'node:crypto';
import { errAsync, okAsync } from 'neverthrow';
import type { Clock } from '../../ports/clock.ts';
import type { ChargeOrder, ChargeVerdict, Processor } from '../../ports/processor.ts';
import type { SimulatorLedger } from './simulator-ledger.ts';

/** How each payment method behaves: the verdict it gets, and whether the answer arrives. */
const METHODS: Readonly<Record<string, 'unavailable' | Readonly<{ verdict: Verdict; silent?: true }>>> = {
  card: { verdict: 'approved' },
  bank_account: { verdict: 'approved' },
  test_declined: { verdict: 'card_declined' },
  test_insufficient_funds: { verdict: 'insufficient_funds' },
  test_timeout_approved: { verdict: 'approved', silent: true },
  test_timeout_declined: { verdict: 'card_declined', silent: true },
  test_unavailable: 'unavailable',
};

/** Tokens of stored methods, beside the methods above: any of this form approves. */
const TOKEN = /^tok_[A-Za-z0-9_]{1,64}$/;

const methodOf = (paymentMethod: string) => {
  if (TOKEN.test(paymentMethod)) return METHODS['card'];
  return Object.hasOwn(METHODS, paymentMethod) ? METHODS[paymentMethod] : undefined;
};

type Verdict = 'approved' | 'card_declined' | 'insufficient_funds';

/** ISO 8583 response codes. */
const RESPONSES = {
  approved: { responseCode: '00', responseText: 'Approved' },
  card_declined: { responseCode: '05', responseText: 'Do not honor' },
  insufficient_funds: { responseCode: '51', responseText: 'Insufficient funds' },
} as const;

/**
 * A processor with books of its own, for development and tests: the payment method says what happens. A silent method
 * is charged or declined on its books, and only `lookup` tells.
 */
export const simulatedProcessor = (ledger: SimulatorLedger, clock: Clock): Processor => ({
  accepts: (paymentMethod) => methodOf(paymentMethod) !== undefined,
  charge(order) {
    const method = methodOf(order.paymentMethod);
    if (method === undefined || method === 'unavailable') return errAsync({ kind: 'ProcessorUnavailable' });
    const verdict = ledger.record(order, verdictOn(order, method.verdict, clock.now()));
    return method.silent ? errAsync({ kind: 'ProcessorOutcomeUnknown' }) : okAsync(verdict);
  },
  lookup(reference) {
    const verdict = ledger.find(reference);
    return verdict === undefined ? errAsync({ kind: 'ProcessorHasNoRecord' }) : okAsync(verdict);
  },
});

function verdictOn({ reference, amount }: ChargeOrder, verdict: Verdict, processedAt: number): ChargeVerdict {
  const said = {
    amount,
    processorId: `sim_${createHash('sha256').update(reference).digest('hex').slice(0, 24)}`,
    processedAt,
    ...RESPONSES[verdict],
  };
  return verdict === 'approved'
    ? { ...said, approved: true }
    : { ...said, approved: false, decline: verdict };
}
