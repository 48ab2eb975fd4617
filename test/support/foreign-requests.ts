import { type Document, operationsOf } from './operations.ts';
import { SECRETS, type TwoAccounts } from './two-accounts.ts';

/** A request of B, and the same one about what does not exist; `value` is A's where the other has `stranger`. */
export type ForeignRequest = Readonly<{
  operation: string;
  place: 'path' | 'query' | 'body';
  asks: (value: string) => readonly [method: string, path: string, body?: object | undefined];
  value: string;
  stranger: string;
  key: boolean;
}>;

/** Parameters that choose rows without naming anybody's. */
const HARMLESS = new Set([
  'status',
  'currency',
  'start_date',
  'end_date',
  'min_amount',
  'max_amount',
  'decline_code',
  'limit',
  'include',
  'metadata',
  'attention',
  'filename',
  'format',
  'from',
  'to',
  'interval',
  'timezone',
  'group_by',
  'decline_code',
  'bom',
  'account',
  'entity_type',
  'type',
  'event_type',
  'source',
  'mapping',
  'outcome',
  'date',
  'payout_id',
  'mapping',
  'kind',
  'age',
  'assigned_to',
  'preset',
  'region',
  'regions',
  'transactions_per_month',
  'queries_per_transaction',
  'refunds_per_transaction',
  'retention_days',
  'utilisation',
  'service',
]);

/** What in a body looks like the name of a thing, and is not one of a tenant's. */
const FREE_FIELDS = new Set(['capture_method', 'destination_merchant_id', 'id']);

/** Choose rows of the merchant's own, as a query does, for a file that is made later. */
const FILTERS = 'filters';

/**
 * A link is its holder's grant, and what a processor sends is signed: nothing in them is a name that a request of a tenant could
 * exchange.
 */
const isSigned = (path: string): boolean =>
  path === '/objects/{link}' || path === '/processors/stripe/webhook';

/** Idempotency keys that A used, and B never did. */
const KEYS_OF_A = ['refund-of-a', 'to-b', 'held'];

/** Where each thing is of one merchant. */
const OF_ONE: ReadonlySet<string> = new Set(['/events', '/audit/chain']);

const CHAINED: Readonly<Record<string, string>> = { pay: 'payment', cus: 'customer', trf: 'transfer' };

/** What a path asks for beside the name. */
const typed = (path: string, value: string): string =>
  path === '/audit/chain' ? `entity_type=${CHAINED[value.slice(0, 3)] ?? 'merchant'}&` : '';

type Schema = Document['components']['schemas'][string];

/**
 * Requests in which B names what is A's, in every place of every operation of the document where something can be named:
 * in the path, in the query, in the body. A place that this does not know is an error, so that none is forgotten.
 */
export function foreignRequests(
  document: Document,
  { ofA, ofB }: Pick<TwoAccounts, 'ofA' | 'ofB'>,
): readonly ForeignRequest[] {
  const owned: Readonly<Record<string, readonly string[]>> = {
    payments: ofA.payments,
    customers: [ofA.customer],
    transfers: [ofA.toC],
    merchants: ['merchant-a'],
    pm: [ofA.method],
    webhook_endpoints: [ofA.endpoint],
    webhook_deliveries: ofA.deliveries,
    exports: ofA.exports,
    export_schedules: [ofA.schedule],
    reconciliations: ofA.reconciliations,
    settlements: ofA.settlements,
    exceptions: ofA.exceptions,
    disputes: ofA.disputes,
    outbox: [`evt_${'0'.repeat(32)}`],
    key: KEYS_OF_A,
  };
  const bs: Readonly<Record<string, string>> = {
    payments: ofB.payment,
    customers: ofB.customer,
    pm: ofB.method,
    webhook_endpoints: ofB.endpoint,
    webhook_deliveries: ofB.delivery,
    exports: ofB.export,
    export_schedules: ofB.schedule,
    reconciliations: ofB.reconciliation,
    settlements: ofB.settlement,
    exceptions: ofB.exception,
    disputes: ofB.dispute,
    key: 'own',
  };
  const inQueries: Readonly<Record<string, readonly string[]>> = {
    customer_id: [ofA.customer],
    endpoint_id: [ofA.endpoint],
    entity_id: [...ofA.payments, ofA.customer, ofA.toB, ofA.toC, 'merchant-a'],
    email: [SECRETS.email],
    payment_id: ofA.payments,
    customer_email: [SECRETS.email],
    idempotency_key: KEYS_OF_A,
    merchant_id: ['merchant-a'],
    reconciliation_id: ofA.reconciliations,
    q: [...ofA.payments, ofA.customer, ofA.toC, ofA.transaction, SECRETS.email, ...KEYS_OF_A],
  };
  const inBodies: Readonly<Record<string, readonly string[]>> = {
    customer_id: [ofA.customer],
    payment_method: [ofA.method],
    default_method: [ofA.method],
    payment_id: ofA.payments,
    transaction_id: [ofA.transaction],
  };
  const known = (of: Readonly<Record<string, readonly string[]>>, name: string, where: string) => {
    const values = of[name];
    if (values === undefined) throw new Error(`${where} names ${name}, of which this proof knows nothing`);
    return values;
  };

  const operations = operationsOf(document).filter(({ path }) => !isSigned(path));
  return operations.flatMap(({ name, method, path, operation }) => {
    const parameters = operation.parameters ?? [];
    const key = parameters.some((each) => each.name === 'Idempotency-Key');
    const schema = operation.requestBody?.content['application/json']?.schema;
    const body = schema === undefined ? undefined : exampleOf(document, schema, name);
    const request = (
      place: ForeignRequest['place'],
      value: string,
      asks: ForeignRequest['asks'],
    ): ForeignRequest => ({
      operation: name,
      place,
      asks,
      value,
      stranger: strangerTo(value),
      key,
    });
    const filled = (own: Readonly<Record<string, string>>) =>
      path.replaceAll(/\{(\w+)\}/g, (_, step: string) => own[kindOf(path, step)] ?? 'none');

    const steps = [...path.matchAll(/\{(\w+)\}/g)].map(([, step]) => kindOf(path, step ?? ''));
    const byPath = steps.flatMap((kind) =>
      known(owned, kind, name).map((value) =>
        request('path', value, (given) => [method, filled({ ...bs, [kind]: given }), body]),
      ),
    );
    const byQuery = parameters
      .filter((each) => each.in === 'query' && each.name !== 'cursor' && !HARMLESS.has(each.name))
      .flatMap((each) =>
        known(inQueries, each.name, name)
          // A transfer is of both merchants, and so is the event of its completion; no event is about a merchant.
          .filter((value) => !OF_ONE.has(path) || (value !== ofA.toB && value !== 'merchant-a'))
          .map((value) =>
            request('query', value, (given) => [
              method,
              `${path}?${typed(path, value)}${each.name}=${encodeURIComponent(given)}`,
            ]),
          ),
      );
    const byBody = namesIn(document, schema).flatMap((field) =>
      known(inBodies, field, name).map((value) =>
        request('body', value, (given) => [method, filled(bs), withField(body, field, given, ofB)]),
      ),
    );
    return [...byPath, ...byQuery, ...byBody];
  });
}

const kindOf = (path: string, step: string): string => (step === 'id' ? (path.split('/')[1] ?? '') : step);

/** An id or address of the same form that does not exist. */
const strangerTo = (value: string): string =>
  value.includes('@')
    ? 'nobody@nowhere.example'
    : value
        .replace(/^([a-z]+_).{32}$/, '$101990000000070008000000000000001')
        .replace(/^merchant-a$/, 'merchant-x')
        .replace(/^(?:refund|to-b)$/, 'unused');

const resolved = ({ components }: Document, schema: Schema): Schema =>
  schema.$ref === undefined
    ? schema
    : (components.schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {});

function exampleOf(document: Document, schema: Schema, operation: string): object {
  const { example } = resolved(document, schema);
  if (typeof example !== 'object' || example === null) throw new Error(`${operation} has no example`);
  return example;
}

/** The fields of a body, at any depth, that can name what a merchant has. */
function namesIn(document: Document, schema: Schema | undefined): readonly string[] {
  if (schema === undefined) return [];
  const { properties = {}, items, allOf = [], anyOf = [] } = resolved(document, schema);
  const own = Object.keys(properties).filter(
    (field) => /(?:^|_)(?:id|method)$/.test(field) && !FREE_FIELDS.has(field),
  );
  const parts = Object.entries(properties).flatMap(([name, part]) => (name === FILTERS ? [] : [part]));
  const inner = [...parts, ...(items === undefined ? [] : [items]), ...allOf, ...anyOf];
  return [...new Set([...own, ...inner.flatMap((each) => namesIn(document, each))])];
}

/** The example with the field in it, in each of its items if it is a list of them. A stored method needs a customer. */
function withField(
  body: object | undefined,
  field: string,
  value: string,
  { customer, exception }: TwoAccounts['ofB'],
): object {
  const put = (into: object) => ({
    ...into,
    ...(field === 'payment_method' ? { customer_id: customer } : {}),
    [field]: value,
  });
  const fields = body ?? {};
  if ('items' in fields)
    return { items: (fields.items as object[]).map((item) => ({ ...put(item), id: exception })) };
  return 'payments' in fields ? { payments: (fields.payments as object[]).map(put) } : put(fields);
}
