import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Aggregate } from '../../domain/aggregates/aggregate.ts';
import { AGGREGATE_KINDS } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { type AggregateReads, type SeenAggregate, verifyAggregate } from './verify-aggregate.ts';
import { checkAll } from './verify-marks.ts';
import { type SeenPayment, verifyPayment } from './verify-payment.ts';

/** Who is told of each page. */
export type EntityVisitor = Readonly<{
  aggregates(seen: readonly SeenAggregate[]): void;
  payments(seen: readonly SeenPayment[]): void;
}>;

const PAGE = 500;

/** Verifies everything of a merchant that has a chain, page after page: aggregates of each kind, then payments. */
export const walkEntities = (
  ports: AggregateReads,
  merchantId: MerchantId,
  visitor: EntityVisitor,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    for (const kind of AGGREGATE_KINDS)
      for (let after: string | undefined; ; ) {
        const page = { limit: PAGE, ...present({ after }) };
        const listed: ResultAsync<readonly Aggregate[], StorageUnavailable> = ports.aggregates.list(
          merchantId,
          kind,
          page,
        );
        const aggregates = yield* listed;
        visitor.aggregates(yield* checkAll(aggregates, (each) => verifyAggregate(ports, merchantId, each)));
        after = aggregates.at(-1)?.id;
        if (aggregates.length < PAGE) break;
      }
    for (let before: PaymentId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const payments = yield* ports.payments.list(merchantId, {}, page);
      visitor.payments(yield* checkAll(payments, (each) => verifyPayment(ports, merchantId, each)));
      before = payments.at(-1)?.id;
      if (payments.length < PAGE) return ok(undefined);
    }
  });
