import type { MerchantId } from '../../domain/kernel/ids.ts';

/** As many exports of one merchant, or of all merchants, run already as one process runs at once. */
export type TooManyExports = Readonly<{ kind: 'TooManyExports' }>;

/** Of one merchant: each holds a page of payments for as long as its reader takes. */
export const MOST_EXPORTS = 2;
/** Of all merchants. */
const MOST_OF_ALL = 32;

/** Takes a place for an export of the merchant, if one is free; what it gives back frees the place, once. */
export type TakePlace = (merchantId: MerchantId) => (() => void) | undefined;

/** The places that one process has; others have their own. */
export function exportPlaces(): TakePlace {
  const taken = new Map<MerchantId, number>();
  let all = 0;
  return (merchantId) => {
    const own = taken.get(merchantId) ?? 0;
    if (own >= MOST_EXPORTS || all >= MOST_OF_ALL) return undefined;
    taken.set(merchantId, own + 1);
    all += 1;
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      all -= 1;
      const left = (taken.get(merchantId) ?? 1) - 1;
      if (left === 0) taken.delete(merchantId);
      else taken.set(merchantId, left);
    };
  };
}
