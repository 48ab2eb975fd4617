import type { Instant } from './instant.ts';

declare const kind: unique symbol;

type Id<Prefix extends string> = `${Prefix}_${string}` & { readonly [kind]: Prefix };

/** `pay_` + 32 hex digits of a UUIDv7 whose time is the payment's `createdAt`: sorting ids sorts by creation. */
export type PaymentId = Id<'pay'>;
export type TransactionId = Id<'txn'>;
export type CustomerId = Id<'cus'>;
export type EventId = Id<'evt'>;
export type AuditEntryId = Id<'aud'>;
export type LedgerEntryId = Id<'led'>;
export type PaymentMethodId = Id<'pm'>;
export type TransferId = Id<'trf'>;
export type ExportId = Id<'exp'>;
export type JobId = Id<'job'>;
export type ReconciliationId = Id<'rec'>;
export type ReconciliationUploadId = Id<'upl'>;
export type ExportScheduleId = Id<'sch'>;
export type StatementLineId = Id<'stl'>;
export type ExceptionId = Id<'exc'>;
export type SettlementId = Id<'set'>;
export type DisputeId = Id<'dsp'>;
export type WebhookEndpointId = Id<'we'>;
export type DeliveryId = Id<'whd'>;
/** The tenant's own string, `[A-Za-z0-9_-]{1,64}`. */
export type MerchantId = string & { readonly [kind]: 'merchant' };

/** The tenant that jobs are stored under, so that one list has those of all merchants. No merchant may be called so. */
export const JOBS_TENANT = '~jobs' as MerchantId;

type Prefixed = {
  pay: PaymentId;
  txn: TransactionId;
  cus: CustomerId;
  evt: EventId;
  aud: AuditEntryId;
  led: LedgerEntryId;
  pm: PaymentMethodId;
  trf: TransferId;
  exp: ExportId;
  job: JobId;
  rec: ReconciliationId;
  upl: ReconciliationUploadId;
  sch: ExportScheduleId;
  stl: StatementLineId;
  exc: ExceptionId;
  set: SettlementId;
  dsp: DisputeId;
  we: WebhookEndpointId;
  whd: DeliveryId;
};

const HEX_32 = /^[0-9a-f]{32}$/;

/** Puts a prefix before 32 lower-case hex digits, the dashless form of a UUID. */
export const idOf = <P extends keyof Prefixed>(prefix: P, hex: string): Prefixed[P] =>
  `${prefix}_${hex}` as Prefixed[P];

/** The id, or undefined when the text is not one of this prefix. */
export function parseId<P extends keyof Prefixed>(prefix: P, text: string): Prefixed[P] | undefined {
  return text.startsWith(`${prefix}_`) && HEX_32.test(text.slice(prefix.length + 1))
    ? (text as Prefixed[P])
    : undefined;
}

export const parseMerchantId = (text: string): MerchantId | undefined =>
  /^[A-Za-z0-9_-]{1,64}$/.test(text) ? (text as MerchantId) : undefined;

/** The id that comes right after it in order, whether or not anything has it. */
export const idAfter = <P extends keyof Prefixed>(prefix: P, id: Prefixed[P]): Prefixed[P] =>
  idOf(prefix, (BigInt(`0x${id.slice(prefix.length + 1)}`) + 1n).toString(16).padStart(32, '0'));

/** The 12 hex digits that every id made at `at` begins with: a range of times is a range of ids. */
export const timeDigits = (at: Instant): string =>
  Math.min(Math.max(Math.trunc(at), 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');

/** When an id was made, by its first 12 hex digits. */
export const instantInId = (id: string): Instant =>
  Number.parseInt(id.slice(id.indexOf('_') + 1).slice(0, 12), 16);

/** No id of this prefix that was made at `at` or later comes before it. */
export const firstIdAt = <P extends keyof Prefixed>(prefix: P, at: Instant): Prefixed[P] =>
  idOf(prefix, timeDigits(at).padEnd(32, '0'));

/** No id of this prefix that was made at `at` or before comes after it. */
export const lastIdAt = <P extends keyof Prefixed>(prefix: P, at: Instant): Prefixed[P] =>
  idOf(prefix, timeDigits(at).padEnd(32, 'f'));
