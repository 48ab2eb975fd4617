import { ok, type ResultAsync, safeTry } from 'neverthrow';
import { AGGREGATE_KINDS } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import {
  checkEach,
  endAtFirst,
  ignored,
  type Report,
  readable,
  reported,
} from '../kernel/report-findings.ts';
import { aggregatePages } from './aggregate-pages.ts';
import { type IntegrityFinding, unreadable } from './integrity-finding.ts';
import { type AggregateReads, type SeenAggregate, verifyAggregate } from './verify-aggregate.ts';
import { WIDTH } from './verify-marks.ts';
import { readPayment, type SeenPayment, verifyPayment } from './verify-payment.ts';

/** Who is told of each page. */
export type EntityVisitor = Readonly<{
  aggregates(seen: readonly SeenAggregate[]): void;
  payments(seen: readonly SeenPayment[]): void;
}>;

const PAGE = 500;

/**
 * Verifies everything of a merchant that has a chain, page after page: aggregates of each kind, then payments. The visitor is told
 * of one that is bad as it was read, so that what other rows say of it is not reported beside it.
 */
export const walkEntities = (
  ports: AggregateReads,
  merchantId: MerchantId,
  visitor: EntityVisitor,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    for (const kind of AGGREGATE_KINDS)
      for await (const page of aggregatePages(ports.aggregates, merchantId, kind)) {
        const aggregates = yield* page;
        // Of most kinds most tenants have none.
        if (aggregates.length === 0) continue;
        const seen = yield* checkEach(aggregates, { width: WIDTH, report }, (each) =>
          verifyAggregate(ports, merchantId, each),
        );
        visitor.aggregates(seen.filter((each) => each !== undefined));
        for (const [index, aggregate] of aggregates.entries())
          if (seen[index] === undefined)
            yield* visitAsRead(
              ports.auditTrail
                .ofAggregate(aggregate.merchantId, kind, aggregate.id)
                .map((links) => visitor.aggregates([{ aggregate, links }])),
            );
      }
    for (let before: PaymentId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const payments = yield* ports.payments.list(merchantId, {}, page);
      const seen = yield* checkEach(payments, { width: WIDTH, report }, (each) =>
        verifyPayment(ports, merchantId, each),
      );
      visitor.payments(seen.filter((each) => each !== undefined));
      for (const [index, { id }] of payments.entries())
        if (seen[index] === undefined)
          yield* visitAsRead(
            readPayment(ports, merchantId, id).map((payment) => visitor.payments([payment])),
          );
      before = payments.at(-1)?.id;
      if (payments.length < PAGE) return ok(undefined);
    }
  });

/** Of what is reported already, nothing more is said: not that it is gone, nor that it cannot be read. */
const visitAsRead = (
  visited: ResultAsync<void, IntegrityFinding | StorageUnavailable>,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  reported(readable(visited, unreadable, { report: ignored, instead: undefined }), ignored, undefined);
