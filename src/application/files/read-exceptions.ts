import { errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { type Exception, type ExceptionType, isUnresolved } from '../../domain/files/exception.ts';
import { type Age, ageOf, openedWhen } from '../../domain/files/exception-age.ts';
import {
  type ExceptionId,
  firstIdAt,
  type MerchantId,
  parseId,
  type ReconciliationId,
  type SettlementId,
} from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, pagingOfWanted } from '../kernel/cursor.ts';

export type ExceptionNotFound = Readonly<{ kind: 'ExceptionNotFound' }>;

export const findException = (
  aggregates: Aggregates,
  merchantId: MerchantId,
  id: ExceptionId,
): ResultAsync<Exception, ExceptionNotFound | StorageUnavailable> =>
  aggregates
    .find(merchantId, 'exception', id)
    .andThen((found) =>
      found === undefined ? errAsync({ kind: 'ExceptionNotFound' as const }) : okAsync(found),
    );

/** An exception with its age now. */
export type ShownException = Readonly<{ exception: Exception; age: Age }>;

/** With the age that it had when it last changed: what a change of it answers. */
export const asChanged = (exception: Exception): ShownException => ({
  exception,
  age: ageOf(exception.createdAt, exception.updatedAt),
});

/** One exception as it stands. One read, strongly consistent. */
export type GetException = (
  merchantId: MerchantId,
  id: ExceptionId,
) => ResultAsync<ShownException, ExceptionNotFound | StorageUnavailable>;

export const getException =
  ({ aggregates, clock }: Readonly<{ aggregates: Aggregates; clock: Clock }>): GetException =>
  (merchantId, id) =>
    findException(aggregates, merchantId, id).map((exception) => ({
      exception,
      age: ageOf(exception.createdAt, clock.now()),
    }));

/** What is not named is not asked for. */
export type ExceptionFilter = Readonly<{
  type?: ExceptionType;
  age?: Age;
  currency?: string;
  assignedTo?: string;
  status?: Exception['status'];
  settlementId?: SettlementId;
  /** In whose file they were found; what is missing, in the first that lacked it. */
  reconciliationId?: ReconciliationId;
}>;

/** The times of their opening that are looked at, both inclusive; no cursor is bound to them. */
export type Opened = Readonly<{ from?: Instant; to?: Instant }>;

/** By how much the clocks of two workers of one file may differ. */
export const APART_MS = 3_600_000;

export type ListExceptionsRequest = Readonly<{
  merchantId: MerchantId;
  filter: ExceptionFilter;
  opened?: Opened;
  limit: number;
  cursor?: string;
}>;

/**
 * A page of a merchant's exceptions, newest first. A status and an age are chosen by the storage: of those that are closed none is read
 * for one that is open. Those of a reconciliation are looked for among what was opened while its file was read, which costs one read
 * more. By the rest it looks through what there is, as `pagingOfWanted` does.
 */
export type ListExceptions = (
  request: ListExceptionsRequest,
) => ResultAsync<Page<ShownException>, CursorInvalid | StorageUnavailable>;

export const listExceptions = (
  ports: Readonly<{ aggregates: Aggregates; signedTokens: SignedTokens; clock: Clock }>,
): ListExceptions => {
  const pages = pagingOfWanted(ports, (text) => parseId('exc', text));
  return ({ merchantId, filter, opened = {}, ...request }) =>
    safeTry(async function* () {
      const { status, age, reconciliationId } = filter;
      const now = ports.clock.now();
      const { from, to } = within([
        opened,
        age === undefined ? {} : openedWhen(age, now),
        reconciliationId === undefined ? {} : yield* openedBy(ports, merchantId, reconciliationId),
      ]);
      const range = {
        ...(from === undefined ? {} : { from: firstIdAt('exc', from) }),
        ...(status === undefined ? {} : { isOpen: isUnresolved({ status }) }),
      };
      const end = to === undefined ? undefined : firstIdAt('exc', to + 1);
      const { items, ...rest } = yield* pages(
        { ...request, context: { list: 'exceptions', merchantId, ...filter } },
        ({ limit, before }) =>
          ports.aggregates.newest(merchantId, 'exception', {
            ...range,
            limit,
            ...present({ before: earlierOf(before, end) }),
          }),
        (each) => matches(each, filter),
      );
      return ok({
        ...rest,
        items: items.map((exception) => ({ exception, age: ageOf(exception.createdAt, now) })),
      });
    });
};

/** What is locked after a file failed opens none. */
const openedBy = (
  { aggregates }: Readonly<{ aggregates: Aggregates }>,
  merchantId: MerchantId,
  id: ReconciliationId,
): ResultAsync<Opened, StorageUnavailable> =>
  aggregates.find(merchantId, 'reconciliation', id).map((found) => {
    if (found === undefined) return { to: 0 };
    const from = found.createdAt - APART_MS;
    return 'completedAt' in found ? { from, to: found.completedAt + APART_MS } : { from };
  });

/** What is in all of them. */
function within(times: readonly Opened[]): Opened {
  const froms = times.flatMap(({ from }) => from ?? []);
  const tos = times.flatMap(({ to }) => to ?? []);
  return {
    ...(froms.length === 0 ? {} : { from: Math.max(...froms) }),
    ...(tos.length === 0 ? {} : { to: Math.min(...tos) }),
  };
}

const earlierOf = (a: ExceptionId | undefined, b: ExceptionId | undefined): ExceptionId | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

const matches = (
  each: Exception,
  { type, currency, assignedTo, status, settlementId, reconciliationId }: ExceptionFilter,
): boolean =>
  (type === undefined || each.type === type) &&
  (currency === undefined || each.amount?.currency === currency) &&
  (assignedTo === undefined || each.assignedTo === assignedTo) &&
  (status === undefined || each.status === status) &&
  (settlementId === undefined || each.settlementId === settlementId) &&
  (reconciliationId === undefined || each.reconciliationId === reconciliationId);
