import type { VendorId } from './ids.ts';
import { isJudgedFraud, type VendorPayment } from './vendor-payment.ts';

/** Of a vendor's earlier payment, what its next one is scored by. */
export type PastPayment = Pick<VendorPayment, 'amount' | 'incidentId' | 'createdAt' | 'status' | 'review'>;

/** Vendors that were put on a list by name, and how many outcomes of reviews put one there by themselves. */
export type VendorLists = Readonly<{
  block: readonly VendorId[];
  allow: readonly VendorId[];
  /** `blockAfter` frauds block; `allowAfter` legitimate payments allow, unless there is a fraud among them. */
  outcomes: Readonly<{ blockAfter: number; allowAfter: number }>;
}>;

/** The list that a vendor is on, and why. */
export type Standing = Readonly<{ list: 'block' | 'allow'; why: string }>;

/**
 * What a list by name says goes before outcomes, and blocking before allowing. Outcomes are those among `past`: a vendor
 * that is to stay blocked whatever follows is blocked by name.
 */
export function standingOf(
  vendorId: VendorId,
  past: readonly PastPayment[],
  { block, allow, outcomes: { blockAfter, allowAfter } }: VendorLists,
): Standing | undefined {
  if (block.includes(vendorId)) return { list: 'block', why: 'the vendor is on the block list' };
  if (allow.includes(vendorId)) return { list: 'allow', why: 'the vendor is on the allow list' };
  const frauds = past.filter(isJudgedFraud).length;
  if (frauds >= blockAfter)
    return {
      list: 'block',
      why:
        frauds === 1
          ? 'a payment for the vendor was a fraud'
          : `${frauds} payments for the vendor were frauds`,
    };
  const legitimate = past.filter(({ review }) => review?.outcome === 'legitimate').length;
  return frauds === 0 && legitimate >= allowAfter
    ? { list: 'allow', why: `${legitimate} payments for the vendor were legitimate` }
    : undefined;
}
