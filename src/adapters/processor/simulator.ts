import { errAsync, okAsync } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import { allocate, type Money, money } from '../../domain/kernel/money.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  ChargeAnswer,
  DeclineCode,
  ModificationOrder,
  OpenConfig,
  Processor,
  Verdict,
} from '../../ports/processor.ts';
import { awaitingCustomer } from './simulator-customers.ts';
import type { ChargeBook, SimulatorLedger } from './simulator-ledger.ts';
import { idOf, verdictOn } from './simulator-verdicts.ts';

/**
 * How a payment method behaves: the verdict its charge gets, and for good whether answers arrive, what is kept of the
 * money and whether it can be moved on.
 */
type Method =
  | 'unavailable'
  | Readonly<{
      verdict: 'approved' | DeclineCode;
      silent?: true;
      /** For so long after its charge it does not know how that ends. */
      decidedAfterMs?: number;
      /** For so long after its charge the books do not show what they hold of it. */
      shownAfterMs?: number;
      opensFirst?: true;
      /** Nothing is charged before the customer has acted on the simulator's page. */
      awaitsCustomer?: true;
      /** For so long after its charge it holds what it did not take. */
      heldMs?: number;
      fee?: true;
      movesNothing?: true;
      /** Its record says another amount than was asked for. */
      otherAmount?: true;
      /** So long after its charge the cardholder disputes it. */
      disputedAfterMs?: number;
    }>;

const APPROVED: Method = { verdict: 'approved' };

const METHODS: Readonly<Record<string, Method>> = {
  card: APPROVED,
  bank_account: APPROVED,
  test_declined: { verdict: 'card_declined' },
  test_insufficient_funds: { verdict: 'insufficient_funds' },
  test_timeout_approved: { verdict: 'approved', silent: true },
  test_timeout_declined: { verdict: 'card_declined', silent: true },
  test_timeout_late_record: { verdict: 'approved', silent: true, shownAfterMs: 5_000 },
  test_pending_approved: { verdict: 'approved', decidedAfterMs: 5_000 },
  test_pending_declined: { verdict: 'card_declined', decidedAfterMs: 5_000 },
  test_expires: { verdict: 'approved', heldMs: 7 * 86_400_000 },
  test_lapses: { verdict: 'approved', heldMs: 30_000 },
  test_opens_first: { verdict: 'approved', opensFirst: true },
  test_requires_action: { verdict: 'approved', awaitsCustomer: true },
  test_unavailable: 'unavailable',
  test_fee: { verdict: 'approved', fee: true },
  test_amount_differs: { verdict: 'approved', otherAmount: true },
  test_disputed: { verdict: 'approved', disputedAfterMs: 3_000 },
  test_movement_refused: { verdict: 'approved', movesNothing: true },
};

/** Tokens of stored methods, beside the methods above: any of this form approves. */
const TOKEN = /^tok_[A-Za-z0-9_]{1,64}$/;

const methodOf = (paymentMethod: string): Method | undefined => {
  if (TOKEN.test(paymentMethod)) return APPROVED;
  return Object.hasOwn(METHODS, paymentMethod) ? METHODS[paymentMethod] : undefined;
};

/**
 * A method that approves behaves as the one that the merchant's config names in `simulate`; where that is no method of the
 * simulator, the account is set up wrongly, and nothing goes out.
 */
function behaviour(paymentMethod: string, config: OpenConfig): Method | undefined {
  const method = methodOf(paymentMethod);
  const simulated = config('simulate');
  return method === APPROVED && simulated !== undefined ? (methodOf(simulated) ?? 'unavailable') : method;
}

/**
 * A processor with books of its own, for development and tests: the payment method says what happens. A silent method
 * is charged, declined and moved on its books, and only `lookup` says so, of `test_timeout_late_record` after 5 s. `test_opens_first`
 * is charged once it is asked again under the id that it was given. `test_pending_…` end 5 s after their charge. `test_expires` is
 * held for 7 days, `test_lapses` for 30 s: after them it takes no capture, and a void finds nothing to release. `test_requires_action` is charged when its
 * customer has approved it (`simulator-customers.ts`). `test_fee`
 * keeps 2.9 % of what it takes; `test_disputed` is disputed 3 s after its charge, where that takes the money, and then
 * refuses refunds; the record of `test_amount_differs` says one minor unit less, of 1 one more; `test_movement_refused`
 * charges, and then refuses every capture, refund and void. A merchant
 * whose config says `simulate: <method>` has that done to its cards, bank accounts and stored methods. Nothing of a config
 * is kept.
 */
export const simulatedProcessor = (ledger: SimulatorLedger, clock: Clock): Processor => ({
  routeOf: () => ({ processor: 'simulator' }),
  accepts: (paymentMethod) => methodOf(paymentMethod) !== undefined,
  charge(order) {
    const method = behaviour(order.paymentMethod, order.config);
    if (method === undefined || method === 'unavailable') return errAsync(unavailable);
    const processorId = idOf(order.reference);
    if (method.opensFirst && order.processorId === undefined)
      return okAsync(ledger.find(order.reference) ?? { awaits: 'confirmation', processorId });
    if (order.processorId !== undefined && order.processorId !== processorId)
      return errAsync({ kind: 'ProcessorOutcomeUnknown' });
    const known = ledger.find(order.reference);
    if (method.awaitsCustomer && known === undefined)
      return okAsync(awaitingCustomer(ledger.awaitCustomer(order, clock.now())));
    const fee = method.fee && order.capture ? feeOn(order.amount) : undefined;
    const recorded = method.otherAmount ? { ...order, amount: otherThan(order.amount) } : order;
    const verdict = ledger.record(order, verdictOn(recorded, method.verdict, clock.now(), fee));
    if (method.disputedAfterMs !== undefined && order.capture)
      ledger.dispute(order, verdict.processedAt + method.disputedAfterMs);
    return method.silent
      ? errAsync({ kind: 'ProcessorOutcomeUnknown' })
      : okAsync(knownBy(clock.now(), method, verdict));
  },
  cancel({ reference, processorId }) {
    const waiting = ledger.waiting(reference);
    const isNamed = processorId === undefined || processorId === idOf(reference);
    if (waiting === undefined || !isNamed) return errAsync({ kind: 'ProcessorOutcomeUnknown' });
    return okAsync(ledger.record(waiting, verdictOn(waiting, 'canceled', clock.now(), undefined)));
  },
  move(order) {
    const method = behaviour(ledger.book(order.charge)?.paymentMethod ?? '', order.config);
    if (method === 'unavailable') return errAsync(unavailable);
    const verdict = ledger.move(order, (book) => {
      const now = clock.now();
      const allowed =
        !method?.movesNothing && isOfCharge(order) && fits(order, book) && !isTakenBack(order, ledger, now);
      const isLapsed =
        method?.heldMs !== undefined && !isWithin(method.heldMs, ledger.find(order.charge), now);
      if (allowed && isLapsed && order.type !== 'refund')
        return verdictOn(order, order.type === 'void' ? 'lapsed' : 'movement_refused', now, undefined);
      const fee = allowed && method?.fee && order.type === 'capture' ? feeOn(order.amount) : undefined;
      return verdictOn(order, allowed ? 'approved' : 'movement_refused', now, fee);
    });
    return method?.silent ? errAsync({ kind: 'ProcessorOutcomeUnknown' }) : okAsync(verdict);
  },
  lookup(query) {
    const charge = 'charge' in query ? query.charge : query.reference;
    const named = 'charge' in query ? query.chargeId : query.processorId;
    // Another processor gave that id, and has what became of it.
    if (named !== undefined && named !== idOf(charge)) return errAsync({ kind: 'ProcessorRecordNotKnown' });
    const verdict = ledger.find(query.reference);
    const waiting = verdict === undefined && !('charge' in query) ? ledger.waiting(charge) : undefined;
    if (waiting !== undefined) return okAsync(awaitingCustomer(waiting));
    if (verdict === undefined) return errAsync({ kind: 'ProcessorHasNoRecord' });
    const method = behaviour(ledger.paymentMethodOf(charge) ?? '', query.config);
    if (method === undefined || method === 'unavailable') return okAsync(verdict);
    const now = clock.now();
    return isWithin(method.shownAfterMs, verdict, now)
      ? errAsync({ kind: 'ProcessorRecordNotKnown' })
      : okAsync('charge' in query ? verdict : knownBy(now, method, verdict));
  },
});

/** What it can say by now of a charge that it judged. */
const knownBy = (
  now: Instant,
  { decidedAfterMs, heldMs }: Exclude<Method, 'unavailable'>,
  verdict: Verdict,
): ChargeAnswer => {
  if (isWithin(decidedAfterMs, verdict, now))
    return { awaits: 'processor', processorId: verdict.processorId };
  return verdict.approved && heldMs !== undefined
    ? { ...verdict, authorizedUntil: verdict.processedAt + heldMs }
    : verdict;
};

/** Never without a time: of two processes one may be behind the other that charged. */
const isWithin = (ms: number | undefined, verdict: Verdict | undefined, now: Instant): boolean =>
  ms !== undefined && verdict !== undefined && now < verdict.processedAt + ms;

const unavailable = { kind: 'ProcessorUnavailable' } as const;

/** Whether the id that is handed back is that of the charge. */
const isOfCharge = ({ charge, chargeId }: ModificationOrder): boolean =>
  chargeId === undefined || chargeId === idOf(charge);

/** Whether the processor's own sums allow a modification: it does not rely on the sums of its callers. */
function fits({ type, amount: { minorUnits } }: ModificationOrder, book: ChargeBook | undefined): boolean {
  if (book === undefined) return false;
  const { authorized, captured, refunded, ended } = book;
  switch (type) {
    case 'capture':
      return !ended && captured + minorUnits <= authorized;
    case 'refund':
      return refunded + minorUnits <= captured;
    case 'void':
      return !ended && captured + minorUnits === authorized;
  }
}

/** What is disputed has been taken from the merchant: a refund would give it back a second time. */
const isTakenBack = (
  { type, charge }: ModificationOrder,
  ledger: Pick<SimulatorLedger, 'disputeOf'>,
  now: Instant,
): boolean => {
  const opensAt = ledger.disputeOf(charge)?.opensAt;
  return type === 'refund' && opensAt !== undefined && opensAt <= now;
};

const otherThan = ({ minorUnits, currency }: Money): Money =>
  money(minorUnits > 1n ? minorUnits - 1n : minorUnits + 1n, currency);

/** 2.9 %, rounded toward zero. */
const feeOn = (amount: Money): bigint =>
  allocate(amount, [29n, 971n]).match(
    ({ shares }) => shares[0]?.minorUnits ?? 0n,
    () => 0n,
  );
