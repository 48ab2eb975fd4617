import type { MerchantId, PaymentId, TransactionId, TransferId } from './ids.ts';
import type { Instant } from './instant.ts';
import { present } from './present.ts';

/** What an idempotency key is spent on: the same key on another operation is another key. */
export const OPERATIONS = [
  'process',
  'capture',
  'refund',
  'void',
  'transfer',
  'process_batch',
  'create_customer',
  'add_payment_method',
  'create_merchant',
  'create_endpoint',
  'start_export',
  'start_payment_export',
  'cancel_export',
  'create_export_schedule',
  'order_upload',
  'rotate_secret',
  'send_test_event',
  'replay_failed',
  'replay_delivery',
  'create_reconciliation',
  'accept_dispute',
  'resolve_exception',
  'resolve_exceptions',
  'confirm_resolution',
  'reject_resolution',
  'propose_outcome',
  'confirm_outcome',
  'unpark_event',
] as const;

/**
 * What clients spend keys on; the notifications of a processor, each once under the processor's name for it; `expire`, the void of
 * an authorization about to lapse, under the id of its payment; and `note_outcome`, under which a version of a
 * payment is noted that moves nothing else: a refused confirmation, or that people have seen what the processor says.
 */
export type Operation = (typeof OPERATIONS)[number] | 'processor_notification' | 'expire' | 'note_outcome';

/** An answer as it went to the client, bytes and all; opaque to the core (see the port `ResponseEncoder`). */
export type StoredResponse = string & { readonly responded?: never };

export type KeptResponse = Readonly<{ response: StoredResponse; expiresAt: Instant }>;

export type ClaimKey = Readonly<{ merchantId: MerchantId; operation: Operation; key: string }>;

type Known = ClaimKey &
  Readonly<{
    /** Keyed hash of the canonical payload: the same key with another payload is refused. */
    fingerprint: string;
    /** Of the request that first used the key. */
    requestId: string;
    /**
     * Grows with every step. A commit under an older fence is refused, so neither a stalled holder overwrites what the
     * one who took over did, nor a late take-over the outcome that the holder came to in time.
     */
    fence: number;
    /** Of the newest change to this claim: how a commit whose reply was lost knows itself again. */
    changeId: string;
    createdAt: Instant;
    kept?: KeptResponse;
  }>;

/** What the key is spent on: a payment, or one transaction of it. */
type OnPayment = Readonly<{ paymentId: PaymentId; transactionId?: TransactionId }>;

/** Its holder works on it until `dueAt`; then any process may take over, and resumes. */
export type Calling = Known & OnPayment & Readonly<{ state: 'calling'; dueAt: Instant; attempts: number }>;
/** The processor's answer never came. Recovery asks again at `dueAt`. */
export type Unknown = Known & OnPayment & Readonly<{ state: 'unknown'; dueAt: Instant; attempts: number }>;
/** The processor provably did nothing. The same key may try again until `dueAt`, when the payment is given up. */
export type Retryable = Known & OnPayment & Readonly<{ state: 'retryable'; dueAt: Instant }>;
/** Without a payment or a transfer, such a claim ends with its response. */
export type Completed = Known &
  Partial<OnPayment> &
  Readonly<{ state: 'completed'; transferId?: TransferId }>;

/** An idempotency key's claim on the one effect it may have. */
export type Claim = Calling | Unknown | Retryable | Completed;
export type OpenClaim = Exclude<Claim, Completed>;

/** How long things last. `leaseMs` must outlast the processor's timeout, or two holders could work at once. */
export type ClaimTerms = Readonly<{ leaseMs: number; keepResponsesMs: number }>;

type Step = Readonly<{ changeId: string; now: Instant }>;

/** A new claim, held under lease by the request that makes it. */
export const openClaim = (
  key: ClaimKey,
  facts: Readonly<{ fingerprint: string; requestId: string }> & OnPayment,
  { changeId, now }: Step,
  { leaseMs }: ClaimTerms,
): Calling => ({
  ...key,
  ...facts,
  fence: 1,
  changeId,
  createdAt: now,
  state: 'calling',
  dueAt: now + leaseMs,
  attempts: 0,
});

/**
 * The claim of a request that a rule refused, or whose effect is on record without naming the claim: it holds nothing but
 * its response, and lapses with it.
 */
export const respondedClaim = (
  key: ClaimKey,
  facts: Readonly<{ fingerprint: string; requestId: string; response: StoredResponse }>,
  { changeId, now }: Step,
  { keepResponsesMs }: ClaimTerms,
): Completed => ({
  ...key,
  fingerprint: facts.fingerprint,
  requestId: facts.requestId,
  fence: 1,
  changeId,
  createdAt: now,
  state: 'completed',
  kept: { response: facts.response, expiresAt: now + keepResponsesMs },
});

/** The claim of a request that was done in one commit. */
export const spentClaim = (
  key: ClaimKey,
  facts: Readonly<{
    fingerprint: string;
    requestId: string;
    response: StoredResponse;
    transferId: TransferId;
  }>,
  step: Step,
  terms: ClaimTerms,
): Completed => ({ ...respondedClaim(key, facts, step, terms), transferId: facts.transferId });

/** Takes a claim whose lease ran out, or that waits, under a higher fence. An answer already given stays. */
export const takeOver = (claim: OpenClaim, { changeId, now }: Step, { leaseMs }: ClaimTerms): Calling => ({
  ...stepped(claim, changeId),
  ...effectOf(claim),
  state: 'calling',
  dueAt: now + leaseMs,
  attempts: claim.state === 'retryable' ? 0 : claim.attempts + 1,
});

/** The holder goes on for another lease, under a higher fence: what it knew before is on record now. */
export const renewLease = (claim: Calling, { changeId, now }: Step, { leaseMs }: ClaimTerms): Calling => ({
  ...stepped(claim, changeId),
  ...effectOf(claim),
  state: 'calling',
  dueAt: now + leaseMs,
  attempts: claim.attempts,
});

export const completeClaim = (
  claim: Calling,
  response: StoredResponse,
  step: Step,
  terms: ClaimTerms,
): Completed => ({
  ...stepped(claim, step.changeId),
  ...effectOf(claim),
  ...keeping(response, step, terms),
  state: 'completed',
});

/**
 * Backs off from 1 s, doubling to `mostMs`, so that a dead processor is asked ever less often. Without a response none is kept, and a
 * repeat is answered with how things stand.
 */
export function awaitOutcome(
  claim: Calling,
  response: StoredResponse | undefined,
  step: Step,
  terms: ClaimTerms,
  mostMs = 300_000,
): Unknown {
  const { kept: _replaced, ...known } = stepped(claim, step.changeId);
  return {
    ...known,
    ...effectOf(claim),
    ...(response === undefined ? {} : keeping(response, step, terms)),
    state: 'unknown',
    dueAt: step.now + Math.min(1_000 * 2 ** Math.min(claim.attempts, 16), mostMs),
    attempts: claim.attempts,
  };
}

/** The processor has something to say: it is asked in the next round, and as often after that as it would have been. */
export const askNow = (claim: Unknown, { changeId, now }: Step): Unknown => ({
  ...stepped(claim, changeId),
  ...effectOf(claim),
  state: 'unknown',
  dueAt: now,
  attempts: claim.attempts,
});

/** Nothing is answered for good: the client may come back with the same key until the answer would have expired. */
export const releaseClaim = (
  claim: Calling,
  { changeId }: Step,
  { keepResponsesMs }: ClaimTerms,
): Retryable => ({
  ...stepped(claim, changeId),
  ...effectOf(claim),
  state: 'retryable',
  dueAt: claim.createdAt + keepResponsesMs,
});

/** Nothing can be said yet of a key that is to be given up: it is looked at again after `ms`. */
export const withholdClaim = (claim: Retryable, { changeId, now }: Step, ms: number): Retryable => ({
  ...stepped(claim, changeId),
  ...effectOf(claim),
  state: 'retryable',
  dueAt: now + ms,
});

/**
 * True while the holder's lease runs. A lease that ends later than any given now could, clocks of one system being a
 * lease apart at the most, was given before the clock was set back, and does not count.
 */
export const isHeld = ({ dueAt }: Pick<Calling, 'dueAt'>, now: Instant, { leaseMs }: ClaimTerms): boolean =>
  now < dueAt && dueAt - now <= 2 * leaseMs;

/** The answer to give again, unless it has expired. */
export const responseOf = ({ kept }: Claim, now: Instant): StoredResponse | undefined =>
  kept !== undefined && now < kept.expiresAt ? kept.response : undefined;

/** Whether the claim names what it was spent on: a payment or a transfer. */
export const hasEffect = (claim: Claim): boolean =>
  claim.paymentId !== undefined || ('transferId' in claim && claim.transferId !== undefined);

/** True for a claim that counts as absent: it has no effect, and its response has expired. */
export const isLapsed = (claim: Claim, now: Instant): boolean =>
  claim.state === 'completed' && !hasEffect(claim) && responseOf(claim, now) === undefined;

/**
 * The newest response is the one to replay: while the outcome is awaited it is provisional, and the final one takes its
 * place. A completed claim is never written again, so a final response stands for as long as it is kept.
 */
const keeping = (response: StoredResponse, { now }: Step, { keepResponsesMs }: ClaimTerms) => ({
  kept: { response, expiresAt: now + keepResponsesMs },
});

const effectOf = ({ paymentId, transactionId }: OpenClaim): OnPayment => ({
  paymentId,
  ...present({ transactionId }),
});

function stepped(claim: Claim, changeId: string): Known {
  const { merchantId, operation, key, fingerprint, requestId, createdAt } = claim;
  return {
    merchantId,
    operation,
    key,
    fingerprint,
    requestId,
    fence: claim.fence + 1,
    changeId,
    createdAt,
    ...present({ kept: claim.kept }),
  };
}
