import { err, ok, Result } from 'neverthrow';
import { STORED_CURRENCIES } from '../../domain/kernel/currency.ts';
import { parseId, parseMerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Seen, SeenState } from '../../domain/payments/attention.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  NotificationMalformed,
  NotifiedBankPayout,
  NotifiedDispute,
  NotifiedPayment,
  ProcessorNotification,
  ReadNotification,
  SentNotification,
} from '../../ports/processor-notifications.ts';
import { fromStripe } from './amounts.ts';
import { stripePackage } from './stripe-package.ts';
import { MERCHANT_NAME, PAYMENT_NAME, PAYOUT_NAME } from './verdicts.ts';

/** How old a signature may be. Stripe signs each time it sends, so an event of years ago comes with a new one. */
const TOLERANCE_S = 300;

/** No bound on the age of a signature. */
const ANY_AGE = 0;

const malformed: NotificationMalformed = { kind: 'NotificationMalformed' };

/**
 * Reads Stripe's events, signed with any of the secrets: of the endpoint for the platform's own account, of the one for connected
 * accounts, and of either while it is being replaced. Stripe's client verifies. Of the event only its name, its type and the
 * metadata that this folder wrote are read.
 */
export const readStripeEvent =
  (secrets: readonly string[], clock: Clock): ReadNotification =>
  (sent) => {
    const now = clock.now();
    const isSigned = (toleranceS: number) =>
      secrets.some((secret) => isSignedWith(secret, sent, { now, toleranceS }));
    if (isSigned(TOLERANCE_S)) return jsonIn(sent.body).andThen(notificationOf);
    return err({ kind: isSigned(ANY_AGE) ? 'NotificationStale' : 'NotificationForged' });
  };

/** Stripe's client throws where a signature does not verify, and at headers that are none. */
const isSignedWith = (
  secret: string,
  { body, signature = '' }: SentNotification,
  { now, toleranceS }: Readonly<{ now: Instant; toleranceS: number }>,
): boolean =>
  Result.fromThrowable(() =>
    stripePackage().webhooks.signature?.verifyHeader(body, signature, secret, toleranceS, undefined, now),
  )().unwrapOr(false) === true;

const jsonIn = Result.fromThrowable(
  (body: Uint8Array): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)),
  () => malformed,
);

function notificationOf(event: unknown): Result<ProcessorNotification, NotificationMalformed> {
  const { id, type, data, account } = membersOf(event);
  if (!isName(id) || !isName(type)) return err(malformed);
  const about = membersOf(membersOf(data)['object']);
  const dispute = about['object'] === 'dispute' ? disputeIn(about, account) : undefined;
  const metadata = membersOf(about['metadata']);
  const payout = about['object'] === 'transfer' ? payoutIn(metadata) : undefined;
  const bankPayout = about['object'] === 'payout' ? bankPayoutIn(about, account) : undefined;
  const said = about['object'] === 'payment_intent' ? saidIn(about) : undefined;
  return ok({ id, type, ...present({ about: paymentIn(metadata), said, dispute, payout, bankPayout }) });
}

/** What an intent was when the event was made; undefined where the event alone does not say it whole. */
function saidIn({ status, amount, currency }: Members): Seen | undefined {
  const state = STATES.get(textOf(status));
  const code = STORED_CURRENCIES.find((each) => each === textOf(currency).toUpperCase());
  const said = code && Number.isSafeInteger(amount) ? fromStripe(amount as number, code) : undefined;
  return state && said && { state, amount: said };
}

/** States that an intent is left in, and that money is held, taken, released or refused in. */
const STATES: ReadonlyMap<string, SeenState> = new Map([
  ['requires_capture', 'authorized'],
  ['succeeded', 'captured'],
  ['canceled', 'canceled'],
  ['requires_payment_method', 'declined'],
]);

/** Without a name it is none that can be asked about. */
const disputeIn = ({ id }: Members, account: unknown): NotifiedDispute | undefined =>
  isName(id) ? { id, ...present({ account: isName(account) ? account : undefined }) } : undefined;

/** The platform's own payouts, to its own bank, are no vendor's. */
const bankPayoutIn = ({ id }: Members, account: unknown): NotifiedBankPayout | undefined =>
  isName(id) && isName(account) ? { id, account } : undefined;

/** Names of events and of their types are logged and kept, so they are short and plain. */
const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9_.-]{1,100}$/.test(value);

/** Which payment of ours an object of Stripe's is of, as its metadata says. */
export function paymentIn(metadata: Members): NotifiedPayment | undefined {
  const merchantId = parseMerchantId(textOf(metadata[MERCHANT_NAME]));
  const paymentId = parseId('pay', textOf(metadata[PAYMENT_NAME]));
  return merchantId === undefined || paymentId === undefined ? undefined : { merchantId, paymentId };
}

/** Which payout of ours a transfer is of, as its metadata says. */
const payoutIn = ({ [PAYOUT_NAME]: reference }: Members): string | undefined =>
  isName(reference) ? reference : undefined;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

type Members = Readonly<Record<string, unknown>>;

/** Of an object; of anything else none. */
const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {};
