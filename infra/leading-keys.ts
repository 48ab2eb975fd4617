/**
 * Partition keys of the table by kind, as conditions on `dynamodb:LeadingKeys` name them (`src/adapters/dynamodb/table.ts` makes
 * them); the first `*` is the tenant. A condition bounds the kinds of items that a function reads and writes, never the tenants: one
 * role serves them all (docs/decisions/0002).
 */
const OF_TENANTS = {
  aggregates: '*#A#*',
  closedAggregates: '*#AC#*',
  spendings: '*#B',
  balances: '*#B#*',
  claims: '*#C#*',
  claimTraces: '*#CT#*',
  eventLog: '*#E#*',
  entityEvents: '*#EE#*',
  failedAuthentications: '*#F',
  finders: '*#PF#*',
  uniqueKeys: '*#K#*',
  ledger: '*#L#*',
  ledgerTallies: '*#LT#*',
  payments: '*#P#*',
  quotas: '*#Q#*',
  tallies: '*#T#*',
  deliveries: '*#W#*',
  histories: '*#X#*',
} as const;

export const KEYS = {
  ...OF_TENANTS,
  customerAccess: '*#A#customer_access',
  exports: '*#A#export',
  webhookEndpoints: '*#A#webhook_endpoint',
  removedEndpoints: '*#AC#webhook_endpoint',
  outbox: '#E#*',
  leases: '#L',
  schema: '#S',
  tenants: '#M',
} as const;

/** Everything that the table holds of tenants. */
export const TENANT_KEYS: readonly string[] = Object.values(OF_TENANTS);

/** What a commit of a payment writes, beside the claim under which it was asked for. */
export const PAYMENT_KEYS: readonly string[] = [
  KEYS.balances,
  KEYS.claims,
  KEYS.ledger,
  KEYS.ledgerTallies,
  KEYS.payments,
  KEYS.tallies,
  KEYS.histories,
  KEYS.outbox,
];

/** What a commit of aggregates writes, with what it posts. */
export const AGGREGATE_KEYS: readonly string[] = [
  KEYS.aggregates,
  KEYS.closedAggregates,
  KEYS.balances,
  KEYS.uniqueKeys,
  KEYS.ledger,
  KEYS.ledgerTallies,
  KEYS.histories,
  KEYS.outbox,
];
