/** The kinds of entity that are stored whole, one record each, and named so in records and audit links. */
export const AGGREGATE_KINDS = [
  'merchant',
  'transfer',
  'export',
  'customer',
  'customer_access',
  'webhook_endpoint',
  'job',
  'reconciliation',
  'export_schedule',
  'reconciliation_upload',
  'settlement',
  'statement_line',
  'exception',
  'dispute',
  'event_release',
] as const;
export type AggregateKind = (typeof AGGREGATE_KINDS)[number];
