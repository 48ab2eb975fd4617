import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';
import type { paths } from '../../../client/src/api.ts';

export const ENTITY_TYPES = [
  'payment',
  'transaction',
  'customer',
  'customer_access',
  'merchant',
  'transfer',
  'webhook_endpoint',
  'export',
  'export_schedule',
  'reconciliation',
  'reconciliation_upload',
  'settlement',
  'statement_line',
  'exception',
  'dispute',
  'event_release',
] as const;

const filter = <Of extends z.core.$ZodType>(of: Of) => fallback(z.optional(of), undefined as never);
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/));

/** The filters of the trail, as the address of the page has them. */
export const auditSearch = z.object({
  entity_type: filter(z.enum(ENTITY_TYPES)),
  entity_id: filter(z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/))),
  start_date: filter(day),
  end_date: filter(day),
});

export type AuditSearch = z.infer<typeof auditSearch>;

/** What has a chain to be checked by itself; those of transactions are checked with their payment's. */
export type Chained = Exclude<(typeof ENTITY_TYPES)[number], 'transaction'>;

/** The one thing whose trail it is, by what is asked for or, without a type, by what was found. */
export function chainedIn(
  { entity_type, entity_id }: AuditSearch,
  found: string | undefined,
): Readonly<{ entity_type: Chained; entity_id: string }> | undefined {
  const type = ENTITY_TYPES.find((each) => each === (entity_type ?? found));
  return entity_id === undefined || type === undefined || type === 'transaction'
    ? undefined
    : { entity_type: type, entity_id };
}

type AuditQuery = NonNullable<paths['/audit']['get']['parameters']['query']>;

/** What of the search is given, as the API takes it. */
export const auditFilters = (search: AuditSearch): AuditQuery =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
