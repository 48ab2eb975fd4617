import { foldChain } from '../../domain/kernel/audit-chain.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { DomainEvent, EventType } from '../../domain/kernel/events.ts';
import { type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../domain/kernel/instant.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import { type Transfer, transferRecord } from '../../domain/ledger/transfer.ts';
import type { PaymentRecord } from '../../domain/payments/payment-record.ts';
import type { TransactionRecord } from '../../domain/payments/transaction-record.ts';

/** An event that must exist; its id follows from nothing. */
export type ExpectedEvent = Omit<DomainEvent, 'id'>;

/** The record of a payment or of a transaction, as a chain adds it up. */
type Told = JsonObject &
  Partial<PaymentRecord> &
  Partial<Omit<TransactionRecord, keyof PaymentRecord>> &
  Readonly<{ type?: TransactionRecord['type'] }>;

/**
 * The events of a payment and its refunds, as their chains say. This says a second time, and apart from what makes events,
 * which those are, so that a mistake there is found here. Links have hashes of the account of the charge's route and of what lets a
 * customer act, and by what a proposer is known; events have none of it.
 */
export function eventsOfPayment(links: readonly AuditEntry[]): readonly ExpectedEvent[] {
  const chains = [...Map.groupBy(links, ({ entityId }) => entityId).values()];
  const expired = new Set(chains.flatMap(expiryIn));
  return chains.flatMap((chain) => {
    let status: unknown;
    let cause: string | undefined;
    return chain.flatMap((link, index) => {
      const {
        processor_account_sha256: _,
        proposer_identities: _by,
        next_action_value_sha256: _value,
        ...folded
      } = foldChain(chain.slice(0, index + 1));
      const record = folded as Told;
      const isMoved = record.status !== status;
      const isExpired = isMoved && status === 'authorized' && expired.has(record.updated_at);
      const needs = causeIn(record);
      const isNeeding = needs !== undefined && needs !== cause;
      status = record.status;
      cause = needs;
      const type =
        link.entityType === 'transaction'
          ? refundEventType(record)
          : isMoved
            ? paymentEventType(record)
            : undefined;
      const types = [
        type,
        isExpired ? ('payment.authorization_expired' as const) : undefined,
        isNeeding ? ('payment.attention' as const) : undefined,
      ];
      return types.flatMap((each) => (each === undefined ? [] : [eventAbout(each, link.merchantId, record)]));
    });
  });
}

/** When a void released what was about to lapse; nothing of every other chain. */
function expiryIn(chain: readonly AuditEntry[]): readonly (string | undefined)[] {
  if (chain[0]?.entityType !== 'transaction') return [];
  const { type, status, reason, updated_at } = foldChain(chain) as Told;
  return type === 'void' && status === 'succeeded' && reason === 'authorization_expired' ? [updated_at] : [];
}

/** One text for one cause, since whenever it is there and whatever is proposed about it. */
function causeIn({ attention }: Told): string | undefined {
  if (attention === undefined) return undefined;
  const { since: _since, proposal: _proposal, ...cause } = attention;
  return canonicalJson(cause);
}

function paymentEventType({ status, version }: Partial<PaymentRecord>): EventType | undefined {
  if (status === undefined || status === 'pending') return undefined;
  if (status === 'processing') return version === 1 ? 'payment.created' : undefined;
  return `payment.${status}`;
}

function refundEventType({ type, status }: Told): EventType | undefined {
  if (type !== 'refund') return undefined;
  if (status === 'succeeded') return 'refund.created';
  return status === 'failed' ? 'refund.failed' : undefined;
}

function eventAbout(type: EventType, merchantId: MerchantId, told: Told): ExpectedEvent {
  const paymentId = parseId('pay', told.payment_id ?? told.id ?? '');
  return {
    type,
    merchantId,
    ...(paymentId === undefined ? {} : { paymentId }),
    created: fromRfc3339(told.updated_at ?? ''),
    data: told,
  };
}

/** The event of a transfer on one side of it. */
export const eventOfTransfer = (merchantId: MerchantId, transfer: Transfer): ExpectedEvent => ({
  type: 'transfer.completed',
  merchantId,
  created: transfer.createdAt,
  data: transferRecord(transfer),
});

const UNPUBLISHED = new Set(['secret', 'previous_secret', 'older_secrets', 'data_key_id']);

/** The events of a webhook endpoint: it tells when it was disabled, and what may be published of it. */
export const eventsOfEndpoint = (chain: readonly AuditEntry[]): readonly ExpectedEvent[] =>
  chain.flatMap(({ action, merchantId, timestamp }, index) =>
    action !== 'webhook_endpoint.disabled'
      ? []
      : [
          {
            type: 'webhook_endpoint.disabled' as const,
            merchantId,
            created: timestamp,
            data: Object.fromEntries(
              Object.entries(foldChain(chain.slice(0, index + 1))).filter(([name]) => !UNPUBLISHED.has(name)),
            ),
          },
        ],
  );

const OF_INSIDE = new Set(['slot', 'job_id']);

/** The event of an export that made a file; one that was streamed has none, nor one that was canceled. */
export const eventsOfExport = (chain: readonly AuditEntry[]): readonly ExpectedEvent[] =>
  chain.flatMap(({ action, merchantId, timestamp }, index) => {
    const record = foldChain(chain.slice(0, index + 1));
    if (record['job_id'] === undefined) return [];
    if (action !== 'export.completed' && action !== 'export.failed') return [];
    const data = Object.fromEntries(Object.entries(record).filter(([name]) => !OF_INSIDE.has(name)));
    return [{ type: action, merchantId, created: timestamp, data }];
  });

const OF_BATCHES = new Set(['first_batch', 'last_batch']);

/** The event of a settlement that was locked. */
export const eventsOfSettlement = (chain: readonly AuditEntry[]): readonly ExpectedEvent[] =>
  chain.flatMap(({ action, merchantId, timestamp }, index) => {
    if (action !== 'settlement.completed') return [];
    const record = Object.entries(foldChain(chain.slice(0, index + 1)));
    const data = Object.fromEntries(record.filter(([name]) => !OF_BATCHES.has(name)));
    return [{ type: action, merchantId, created: timestamp, data }];
  });

/** The events of a dispute: each of its versions is one. */
export const eventsOfDispute = (chain: readonly AuditEntry[]): readonly ExpectedEvent[] =>
  chain.flatMap(({ action, merchantId }, index) =>
    isExpectedType(action)
      ? [eventAbout(action, merchantId, foldChain(chain.slice(0, index + 1)) as Told)]
      : [],
  );

/** The types of all of these. Of an event of another type, which an older version made, no chain says whether it must be. */
const EXPECTED_TYPES: ReadonlySet<string> = new Set<EventType>([
  'payment.created',
  'payment.requires_action',
  'payment.authorized',
  'payment.succeeded',
  'payment.failed',
  'payment.canceled',
  'payment.authorization_expired',
  'payment.attention',
  'refund.created',
  'refund.failed',
  'transfer.completed',
  'webhook_endpoint.disabled',
  'export.completed',
  'export.failed',
  'settlement.completed',
  'dispute.created',
  'dispute.updated',
  'dispute.closed',
]);

export const isExpectedType = (type: string): type is EventType => EXPECTED_TYPES.has(type);

/** One text for one event, whatever its id. */
export const eventText = ({ type, merchantId, paymentId, created, data }: ExpectedEvent): string =>
  canonicalJson({ type, merchantId, paymentId, created, data });
