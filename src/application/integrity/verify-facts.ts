import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { OpenEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { StoredRows } from '../../ports/stored-rows.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, ignored, type Report, reportAll } from '../kernel/report-findings.ts';
import { noteFactsOfAggregate, noteFactsOfPayment } from './entity-facts.ts';
import {
  type FactCounts,
  type FactSums,
  type FactWindow,
  type NoteFact,
  noteInCounts,
  sumKey,
  TOPICS,
  type Topic,
} from './facts.ts';
import type { IntegrityFinding, RowType } from './integrity-finding.ts';
import type { AggregateReads } from './verify-aggregate.ts';
import { type DeliveryReads, noteDeliveries } from './verify-deliveries.ts';
import { walkRows } from './verify-rows.ts';
import { type EntityVisitor, walkEntities } from './walk-entities.ts';

export type FactReads = AggregateReads & DeliveryReads & Readonly<{ storedRows: StoredRows }>;

/** Notes what the entities of a merchant say of other rows, and keeps the endpoints that are open. */
export const factsVisitor = (
  merchantId: MerchantId,
  window: FactWindow,
  note: NoteFact,
  endpoints: OpenEndpoint[],
): EntityVisitor => ({
  aggregates(seen) {
    for (const each of seen) {
      noteFactsOfAggregate(merchantId, each, window, note);
      const { aggregate } = each;
      if (aggregate.kind === 'webhook_endpoint' && aggregate.status !== 'removed') endpoints.push(aggregate);
    }
  },
  payments(seen) {
    for (const each of seen) noteFactsOfPayment(each, window, note);
  },
});

/**
 * Reports each fact that one row says and none else, by tenant and topic. Where the sums differ all of that tenant's
 * topic is read again, fact by fact: what had only moved meanwhile agrees then, and what does not has a name.
 */
export const verifyFacts = (
  ports: FactReads,
  tenants: readonly MerchantId[],
  sums: FactSums,
  window: FactWindow,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    for (const merchantId of tenants)
      for (const topic of TOPICS) {
        if ((sums.get(sumKey(topic, merchantId)) ?? 0n) === 0n) continue;
        const count = () => countFacts(ports, topic, merchantId, window);
        const counted = yield* count();
        const facts = MOVING.has(topic) && counted.size > 0 ? inBoth(counted, yield* count()) : counted;
        const faults = [...facts.values()].map(
          ({ id, count }): IntegrityFinding => ({
            kind: 'BadRow',
            merchantId,
            row: ROWS[topic],
            id,
            fault: count > 0 ? 'orphaned' : 'absent',
          }),
        );
        yield* reportAll(faults, report);
      }
    return ok(undefined);
  });

/** Two rows of such a fact move in one commit, long after they were written, and are not read at once. */
const MOVING: ReadonlySet<Topic> = new Set(['claim', 'unique key']);

/** What two counts in a row show alike: of what moved between the reads of one, the next shows something else. */
const inBoth = (first: FactCounts, second: FactCounts): FactCounts =>
  new Map([...first].filter(([key, { count }]) => second.get(key)?.count === count));

const ROWS = {
  transaction: 'transaction',
  claim: 'claim',
  event: 'event',
  'indexed event': 'event',
  'unique key': 'unique_key',
  finder: 'finder',
  tenant: 'tenant',
  delivery: 'delivery',
} as const satisfies Record<Topic, RowType>;

const countFacts = (
  ports: FactReads,
  topic: Topic,
  merchantId: MerchantId,
  window: FactWindow,
): ResultAsync<FactCounts, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const counts: FactCounts = new Map();
    const note = noteInCounts(counts, topic, merchantId, ports.digests.sha256);
    const { unsent } = yield* walkRows(ports, window, note, () => {}, ignored);
    const endpoints: OpenEndpoint[] = [];
    yield* walkEntities(ports, merchantId, factsVisitor(merchantId, window, note, endpoints), ignored);
    if (topic === 'delivery') yield* noteDeliveries(ports, merchantId, endpoints, unsent, window, note);
    return ok(counts);
  });
