import { describe, expect, it } from 'vitest';
import { theDocument } from '../../../support/described-app.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * The lists that answers close, and why each may: a state is what this version's code moves, and what has no state that it
 * knows is not read at all; the others are made for the answer and stored nowhere.
 */
const CLOSED: Readonly<Record<string, 'states' | 'made for the answer'>> = {
  'AuditReport.anomalies.severity': 'made for the answer',
  'AuditReport.anomalies.type': 'made for the answer',
  'Dispute.status': 'states',
  'Exception.status': 'states',
  'ExportJob.delivery': 'made for the answer',
  'ExportJob.status': 'states',
  'ExportSchedule.status': 'states',
  'IdempotencyKey.uses.state': 'states',
  'Liveness.status': 'made for the answer',
  'Merchant.refunds_need_balance': 'states',
  'Merchant.status': 'states',
  'OpenJob.state': 'made for the answer',
  'Payment.closing': 'states',
  'Payment.status': 'states',
  'PaymentWithTransactions.closing': 'states',
  'PaymentWithTransactions.status': 'states',
  'Readiness.status': 'made for the answer',
  'Reconciliation.status': 'states',
  'Settlement.status': 'states',
  'Transaction.status': 'states',
  'VendorPayment.status': 'states',
  'VendorPaymentAuditLog.entries.written.refusals': 'made for the answer',
  'WebhookDelivery.status': 'states',
  'WebhookDeliveryWithRequest.status': 'states',
  'WebhookEndpoint.status': 'states',
  'WebhookEndpointPage.has_more': 'made for the answer',
  'WebhookEndpointWithSecret.status': 'states',
};

const REF = '#/components/schemas/';

/** Every list that a schema closes, by where it stands in the component that it is part of. */
function* closedIn(schema: unknown, place: string, met: Set<string>): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  if (Array.isArray(schema)) {
    for (const part of schema) yield* closedIn(part, place, met);
    return;
  }
  const { $ref, enum: values, const: value, properties, ...rest } = schema as Schema;
  if (Array.isArray(values) || value !== undefined) yield place;
  if (typeof $ref === 'string') {
    const name = $ref.slice(REF.length);
    if (met.has(name)) return;
    met.add(name);
    yield* closedIn(theDocument.components.schemas[name], name, met);
  }
  for (const [name, part] of Object.entries((properties as Schema | undefined) ?? {}))
    yield* closedIn(part, `${place}.${name}`, met);
  for (const part of ['items', 'anyOf', 'oneOf', 'allOf', 'additionalProperties', 'propertyNames'])
    yield* closedIn(rest[part], place, met);
}

describe('the answers of both services', () => {
  it('close no list over what is stored but those of states, so that what is no longer accepted is still described', () => {
    const met = new Set<string>();
    const found = Object.values(theDocument.paths).flatMap((operations) =>
      Object.values(operations).flatMap(({ operationId, responses }) =>
        Object.values(responses).flatMap(({ content = {} }) =>
          Object.values(content).flatMap(({ schema }) => [...closedIn(schema, operationId, met)]),
        ),
      ),
    );
    expect(met.size).toBeGreaterThan(20);
    expect([...new Set(found)].toSorted()).toEqual(Object.keys(CLOSED).toSorted());
  });
});
