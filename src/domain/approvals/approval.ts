import type { Sha256 } from '../kernel/audit-chain.ts';
import type { Instant } from '../kernel/instant.ts';
import { canonicalJson, type JsonObject, whole } from '../kernel/json.ts';
import type { Money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { Role } from './approver.ts';
import type { VendorId } from './ids.ts';
import type { LineItem } from './line-item.ts';

/** What people approve: whom the money goes to, how much it is, for what, and all else that they are shown to judge it by. */
export type Terms = Readonly<{
  vendorId: VendorId;
  amount: Money;
  lineItems: readonly LineItem[];
  metadata: JsonObject;
  /** By when the vendor is to be paid, as its invoice says: a calendar day `YYYY-MM-DD`, the same in every time zone. */
  dueDate?: string;
}>;

/**
 * One approver's yes to the terms whose hash it holds. `revision` counts how often the terms were set: no person approves one
 * revision twice, and an earlier revision's approvals are void.
 */
export type Approval = Readonly<{
  by: string;
  /** By which the person is known; absent where only the subject was kept. */
  identities?: readonly string[];
  /** Whose vendor the person was. */
  vendorId?: VendorId;
  /** All that the person held when approving. */
  roles: readonly Role[];
  at: Instant;
  notes?: string;
  revision: number;
  termsHash: string;
}>;

/**
 * SHA-256 of the terms in canonical JSON. Ids of lines are ours and no part of what is approved; empty metadata say nothing, and terms
 * without a due date are hashed as before there was one.
 */
export const hashTerms = (terms: Terms, sha256: Sha256): string =>
  sha256(
    canonicalJson({
      ...owedIn(terms),
      ...(Object.keys(terms.metadata).length === 0 ? {} : { metadata: terms.metadata }),
    }),
  );

/** True also for the hash of the version before this one, which had no metadata in it: what is stored under it stays valid. */
export const isHashOf = (hash: string, terms: Terms, sha256: Sha256): boolean =>
  hash === hashTerms(terms, sha256) || hash === sha256(canonicalJson(owedIn(terms)));

const owedIn = ({ vendorId, amount, lineItems, dueDate }: Terms): JsonObject => ({
  payee: vendorId,
  amountCents: whole(amount.minorUnits),
  currency: amount.currency,
  lineItems: lineItems.map(({ description, quantity, unitPrice, total }) => ({
    description,
    quantity,
    unitPriceCents: whole(unitPrice.minorUnits),
    totalCents: whole(total.minorUnits),
  })),
  ...present({ dueDate }),
});
