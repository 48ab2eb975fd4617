import type { Instant } from '../kernel/instant.ts';

declare const kind: unique symbol;

type Uuid<Kind extends string> = string & { readonly [kind]: Kind };

/** A UUIDv7 whose time is the payment's `createdAt`: sorting ids sorts by creation. Lower case, as all of these. */
export type VendorPaymentId = Uuid<'vendor_payment'>;
export type LineItemId = Uuid<'line_item'>;
export type IncidentId = Uuid<'incident'>;
export type VendorId = Uuid<'vendor'>;
export type PayerId = Uuid<'payer'>;

/** Sorts before every payment that was made at the instant, and after those made before it. */
export const firstIdAt = (at: Instant): VendorPaymentId => {
  const hex = Math.max(0, at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000` as VendorPaymentId;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id in lower case, so that one UUID is one text; undefined when the text is no UUID. */
export const parseUuid = <Id extends Uuid<string>>(text: string): Id | undefined =>
  UUID.test(text) ? (text.toLowerCase() as Id) : undefined;
