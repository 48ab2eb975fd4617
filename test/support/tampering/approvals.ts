import type { AuditLogEntry } from '../../../src/domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';

/** What a hand can do that has the database's own tools: it obeys no rule and no constraint. */
export type ApprovalsHand = Readonly<{
  /** Puts a payment's own rows, its lines and approvals included, in place of those that are stored. */
  writePayment(payment: VendorPayment): Promise<unknown>;
  /** Puts a chain in place of the payment's; an empty one leaves none. */
  writeLinks(id: VendorPaymentId, links: readonly AuditLogEntry[]): Promise<unknown>;
  /**
   * One change for each column of each table and each attribute of each kind of item, and for each kind of row one that is
   * deleted and one that is inserted, as what is stored now allows.
   */
  mutations(): Promise<readonly Mutation[]>;
}>;

/** `title` names table or kind, column or attribute, and what happens to it; `undo` leaves the store as it was. */
export type Mutation = Readonly<{ title: string; apply(): Promise<unknown>; undo(): Promise<unknown> }>;

/** A storage of approvals that is a test's alone, and a hand that writes beneath it. */
export type TamperedApprovals = Readonly<{
  storage: ApprovalsStorage;
  hand: ApprovalsHand;
  close(): Promise<unknown>;
}>;

/** Another value of the same kind: what a hand might write in its place. */
export function otherValue(value: unknown): unknown {
  if (typeof value === 'string') return isJsonObject(value) ? otherJson(value) : otherText(value);
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'bigint') return value + 1n;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.length === 0 ? ['x'] : value.slice(1);
  if (typeof value === 'object' && value !== null) {
    const [name, inner] = Object.entries(value)[0] ?? ['x', 0];
    return { ...value, [name]: otherValue(inner) };
  }
  return 'x';
}

/** Of a hash, an id or a key the last digit is another, so that it is one still. */
export const otherText = (text: string): string =>
  /[0-9a-f]$/.test(text) ? `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}` : `${text}x`;

const isJsonObject = (text: string): boolean => text.startsWith('{') && text.endsWith('}');

const otherJson = (text: string): string =>
  JSON.stringify(otherValue(JSON.parse(text) as Readonly<Record<string, unknown>>));
