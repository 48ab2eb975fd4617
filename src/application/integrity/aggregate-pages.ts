import type { Result } from 'neverthrow';
import type { AggregateOf } from '../../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

const PAGE = 500;

/** All aggregates of a kind that a tenant has, by ascending id, a page in memory; an Err is the last thing given. */
export async function* aggregatePages<Kind extends AggregateKind>(
  aggregates: Aggregates,
  merchantId: MerchantId,
  kind: Kind,
): AsyncGenerator<Result<readonly AggregateOf<Kind>[], StorageUnavailable>, void, void> {
  for (let after: string | undefined; ; ) {
    const page = await aggregates.list(merchantId, kind, { limit: PAGE, ...present({ after }) });
    yield page;
    if (page.isErr() || page.value.length < PAGE) return;
    after = page.value.at(-1)?.id;
  }
}
