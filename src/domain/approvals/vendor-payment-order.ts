import { err, ok, type Result } from 'neverthrow';
import type { Sha256 } from '../kernel/audit-chain.ts';
import type { Instant } from '../kernel/instant.ts';
import { canonicalJson, type JsonObject } from '../kernel/json.ts';
import type { AmountNotPositive, Money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import { hashTerms, isHashOf } from './approval.ts';
import type { Approver } from './approver.ts';
import { type FraudVerdict, gradeOf, graver } from './fraud.ts';
import type { IncidentId, PayerId, VendorId, VendorPaymentId } from './ids.ts';
import { addUp, type LineItem, type LineItemDraft, type LineItemsRefused } from './line-item.ts';
import { byAnother, type PartyNotAllowed } from './maker-checker.ts';
import {
  isJudgedFraud,
  nextOf,
  type PayerType,
  type PendingApproval,
  type VendorPayment,
  type VendorPaymentStateConflict,
} from './vendor-payment.ts';

/** What vendors are paid in. */
export const CURRENCY = 'USD';

export type VendorPaymentOrder = Readonly<{
  incidentId: IncidentId;
  vendorId: VendorId;
  payerType: PayerType;
  payerId?: PayerId;
  /** What the lines must come to. */
  amountCents: bigint;
  lineItems: readonly LineItemDraft[];
  metadata: JsonObject;
  /** It may be past: an invoice that came late is overdue at once. */
  dueDate?: string;
}>;

export type AmountMismatch = Readonly<{ kind: 'AmountMismatch'; amountCents: bigint; totalCents: bigint }>;
export type MetadataTooLarge = Readonly<{ kind: 'MetadataTooLarge'; most: number }>;
export type TermsRefused = LineItemsRefused | AmountMismatch | AmountNotPositive | MetadataTooLarge;

/** Of its canonical JSON text. */
export const MOST_METADATA_CHARACTERS = 16_384;

/** An order whose sums were checked. */
export type PricedOrder = Omit<VendorPaymentOrder, 'amountCents' | 'lineItems'> &
  Readonly<{ amount: Money; lineItems: readonly LineItem[] }>;

/** Checks that the lines add up to the amount, and that all is within bounds. */
export function priceOrder(order: VendorPaymentOrder): Result<PricedOrder, TermsRefused> {
  const { amountCents, lineItems, ...rest } = order;
  return boundedMetadata(order.metadata)
    .andThen(() => priceLines(lineItems, amountCents))
    .map((priced) => ({ ...rest, ...priced }));
}

/** One of a payment's makers: the subject that is published, and what the person is known by. */
type Maker = Pick<Approver, 'id' | 'identities'>;

/** A new payment, without an approval. `maker` never gives one. */
export const openVendorPayment = (
  order: PricedOrder,
  facts: Readonly<{ id: VendorPaymentId; maker: Maker; fraud: FraudVerdict; createdAt: Instant }>,
  sha256: Sha256,
): PendingApproval => ({
  ...order,
  id: facts.id,
  status: 'pending_approval',
  makers: [facts.maker.id],
  makerIdentities: facts.maker.identities,
  revision: 1,
  termsHash: hashTerms(order, sha256),
  fraud: facts.fraud,
  approvals: [],
  version: 1,
  createdAt: facts.createdAt,
  updatedAt: facts.createdAt,
  auditHash: '',
});

/** Lines and amount change together; an amount that is not named is what the lines come to. */
export type VendorPaymentChange = Readonly<{
  lineItems?: readonly LineItemDraft[];
  amountCents?: bigint;
  metadata?: JsonObject;
  /** Null leaves the payment without one. */
  dueDate?: string | null;
}>;

export type ChangeRefused = TermsRefused | VendorPaymentStateConflict | PartyNotAllowed;

/**
 * The payment with other terms or metadata, for people to approve anew: approvals given are void, and so is a finding that it is
 * legitimate, which was of other terms; that it is a fraud stands. The subject that changes it is a maker from now on. The very same
 * payment when the change changes nothing; any other is to be `scoredAnew`.
 */
export function changeVendorPayment(
  payment: VendorPayment,
  change: VendorPaymentChange,
  { by, now }: Readonly<{ by: Approver; now: Instant }>,
  sha256: Sha256,
): Result<PendingApproval, ChangeRefused> {
  if (payment.status !== 'pending_approval')
    return err({ kind: 'VendorPaymentStateConflict', status: payment.status });
  const { metadata = payment.metadata, dueDate = payment.dueDate, amountCents } = change;
  const priced: Result<Pick<PricedOrder, 'amount' | 'lineItems'>, TermsRefused> = change.lineItems ===
  undefined
    ? unchangedLines(payment, amountCents)
    : priceLines(change.lineItems, amountCents);
  return byAnother(payment, by)
    .andThen(() => boundedMetadata(metadata))
    .andThen(() => priced)
    .map(({ amount, lineItems }) => {
      const terms = {
        vendorId: payment.vendorId,
        amount,
        lineItems,
        metadata,
        ...present({ dueDate: dueDate ?? undefined }),
      };
      if (
        isHashOf(payment.termsHash, terms, sha256) &&
        canonicalJson(metadata) === canonicalJson(payment.metadata)
      )
        return payment;
      const { dueDate: _, review, ...known } = nextOf(payment, now);
      return {
        ...known,
        ...(isJudgedFraud(payment) ? present({ review }) : {}),
        ...terms,
        termsHash: hashTerms(terms, sha256),
        makers: payment.makers.includes(by.id) ? payment.makers : [...payment.makers, by.id],
        makerIdentities: [...new Set([...(payment.makerIdentities ?? []), ...by.identities])],
        revision: payment.revision + 1,
        status: 'pending_approval',
        approvals: [],
      };
    });
}

/** What is asked for by a payment as it stands. */
export const orderOf = (payment: VendorPayment): PricedOrder => ({
  incidentId: payment.incidentId,
  vendorId: payment.vendorId,
  payerType: payment.payerType,
  ...present({ payerId: payment.payerId }),
  amount: payment.amount,
  lineItems: payment.lineItems,
  metadata: payment.metadata,
  ...present({ dueDate: payment.dueDate }),
});

/** A changed payment with the verdict on its new terms, or the one before where that is graver: no change makes a payment look better. */
export const scoredAnew = (payment: PendingApproval, verdict: FraudVerdict): PendingApproval => ({
  ...payment,
  fraud: graver(payment.fraud, verdict),
});

/**
 * The payment under a graver verdict on terms that stay, of whichever approvals; undefined where it is none, and once what was approved is
 * being paid or was rejected.
 */
export const rescored = (
  payment: VendorPayment,
  verdict: FraudVerdict,
  now: Instant,
): VendorPayment | undefined =>
  (payment.status === 'pending_approval' || payment.status === 'approved') &&
  gradeOf(verdict.status) > gradeOf(payment.fraud.status)
    ? { ...payment, version: payment.version + 1, updatedAt: now, fraud: verdict }
    : undefined;

function unchangedLines(
  { amount, lineItems }: PendingApproval,
  amountCents: bigint | undefined,
): Result<Pick<PricedOrder, 'amount' | 'lineItems'>, AmountMismatch> {
  return amountCents === undefined || amountCents === amount.minorUnits
    ? ok({ amount, lineItems })
    : err({ kind: 'AmountMismatch', amountCents, totalCents: amount.minorUnits });
}

function priceLines(
  drafts: readonly LineItemDraft[],
  amountCents: bigint | undefined,
): Result<Pick<PricedOrder, 'amount' | 'lineItems'>, TermsRefused> {
  return addUp(drafts, CURRENCY).andThen<Pick<PricedOrder, 'amount' | 'lineItems'>, TermsRefused>(
    ({ lineItems, total }) => {
      const totalCents = total.minorUnits;
      if (amountCents !== undefined && amountCents !== totalCents)
        return err({ kind: 'AmountMismatch', amountCents, totalCents });
      return totalCents > 0n ? ok({ amount: total, lineItems }) : err({ kind: 'AmountNotPositive' });
    },
  );
}

const boundedMetadata = (metadata: JsonObject): Result<JsonObject, MetadataTooLarge> =>
  canonicalJson(metadata).length <= MOST_METADATA_CHARACTERS
    ? ok(metadata)
    : err({ kind: 'MetadataTooLarge', most: MOST_METADATA_CHARACTERS });
