import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow';
import {
  type Action,
  type ActionNotPossible,
  confirmResolution as confirmed,
  type Exception,
  type ExceptionClosed,
  possible,
  proposeResolution,
  rejectResolution as rejected,
  resolvable,
  resolveException as resolved,
  type UntilOutOfRange,
} from '../../domain/files/exception.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import type { ExceptionId, MerchantId, PaymentId, TransactionId } from '../../domain/kernel/ids.ts';
import type {
  NothingProposed,
  ProposalUnseen,
  ResolutionPending,
  Resolver,
  SelfConfirmation,
} from '../../domain/kernel/second-person.ts';
import { needsSecondPerson } from '../../domain/merchants/merchant.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { Payments } from '../../ports/payments.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { ClaimWith, MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import {
  type AggregateTarget,
  type AggregateUpdate,
  onExpectedVersion,
  updateAggregate,
} from '../kernel/update-aggregate.ts';
import {
  type EffectFailure,
  type ExceptionEffects,
  effectsOf,
  LINE_POSTED,
  type LinkTargetNotFound,
} from './exception-effects.ts';
import { type ExceptionNotFound, findException } from './read-exceptions.ts';

type Target = Expecting & Readonly<{ merchantId: MerchantId; id: ExceptionId; by: Resolver; origin: Origin }>;
type Moved = ExceptionNotFound | VersionMismatch | ChangedMeanwhile | KeysUnavailable | StorageUnavailable;

/** An action as it is asked for: a link names a transaction of the exception's own payment where it names no other. */
export type RequestedAction =
  | Exclude<Action, { kind: 'link' }>
  | Readonly<{ kind: 'link'; paymentId?: PaymentId; transactionId: TransactionId }>;

export type ResolveRequest = Target & Readonly<{ action: RequestedAction; reason: string }>;
export type ResolveFailure =
  | Moved
  | ExceptionClosed
  | ResolutionPending
  | ActionNotPossible
  | UntilOutOfRange
  | EffectFailure;

/**
 * Does what a person decided about an exception: it, the transaction that is settled, the ledger entry of a difference, their
 * links and the request's claim are one commit. Above the merchant's limit the decision is only written down, and waits for
 * another person. Reads the exception and the merchant, and what the action needs; one commit.
 */
export type ResolveException = (
  request: ResolveRequest,
  claimWith: ClaimWith<Exception>,
) => ResultAsync<Exception, ResolveFailure>;

export type ConfirmFailure =
  | Moved
  | ExceptionClosed
  | NothingProposed
  | SelfConfirmation
  | ProposalUnseen
  | ActionNotPossible
  | UntilOutOfRange
  | EffectFailure;

/** Does what another person proposed, as `ResolveException` does. A refused confirmation leaves it as it is. */
export type ConfirmResolution = (
  request: Target,
  claimWith: ClaimWith<Exception>,
) => ResultAsync<Exception, ConfirmFailure>;

export type RejectFailure = Moved | ExceptionClosed | NothingProposed;

/** Takes a proposal away: by who made it, or by another who disagrees. One read, one commit. */
export type RejectResolution = (
  request: Target & Readonly<{ reason: string }>,
  claimWith: ClaimWith<Exception>,
) => ResultAsync<Exception, RejectFailure>;

export type ResolvePorts = MovePorts & Readonly<{ payments: Payments; merchants: Merchants }>;

export const resolveException = (ports: ResolvePorts): ResolveException => {
  const update = updateAggregate(ports);
  return ({ action: requested, reason, ...target }, claimWith) =>
    update<Exception, Exception, ResolveFailure>(
      { ...targetOf(ports, target), taken: LINE_POSTED },
      onExpectedVersion<Exception, Exception, ResolveFailure>(target, (seen, now) =>
        safeTry(async function* () {
          const open = yield* resolvable(seen);
          const action = yield* actionOn(open, requested);
          yield* possible(open, action, now);
          const effects = yield* effectsOf(ports, open, action);
          const merchant = yield* ports.merchants.find(target.merchantId);
          const decision = { action, reason, by: target.by };
          if (!needsSecondPerson(merchant ?? {}, effects.amount))
            return ok(
              written(ACTIONS[action.kind], resolved(open, decision, now), claimWith, { effects, target }),
            );
          return ok(
            written('exception.resolution_proposed', proposeResolution(open, decision, now), claimWith),
          );
        }),
      ),
    );
};

export const confirmResolution = (ports: ResolvePorts): ConfirmResolution => {
  const update = updateAggregate(ports);
  return (target, claimWith) =>
    update<Exception, Exception, ConfirmFailure>(
      { ...targetOf(ports, target), taken: LINE_POSTED },
      onExpectedVersion<Exception, Exception, ConfirmFailure>(target, (seen, now) =>
        safeTry(async function* () {
          // A list of versions may name every one that there is.
          const isSeen = target.expectedVersions?.length === 1;
          const { next, action } = yield* confirmed(seen, target.by, { isSeen, now });
          yield* possible(seen, action, now);
          const effects = yield* effectsOf(ports, seen, action);
          return ok(written(ACTIONS[action.kind], next, claimWith, { effects, target }));
        }),
      ),
    );
};

export const rejectResolution = (ports: MovePorts): RejectResolution => {
  const update = updateAggregate(ports);
  return ({ reason, ...target }, claimWith) =>
    update<Exception, Exception, RejectFailure>(
      targetOf(ports, target),
      onExpectedVersion<Exception, Exception, RejectFailure>(target, (seen, now) =>
        rejected(seen, { reason, by: target.by.id }, now)
          .map((next) => written('exception.resolution_rejected', next, claimWith))
          .asyncMap((update) => Promise.resolve(update)),
      ),
    );
};

const actionOn = (
  { paymentId: own }: Exception,
  action: RequestedAction,
): Result<Action, LinkTargetNotFound> => {
  if (action.kind !== 'link') return ok(action);
  const paymentId = action.paymentId ?? own;
  return paymentId === undefined ? err({ kind: 'LinkTargetNotFound' }) : ok({ ...action, paymentId });
};

const targetOf = (
  { aggregates }: Pick<MovePorts, 'aggregates'>,
  { merchantId, id, origin }: Target,
): AggregateTarget<Exception, ExceptionNotFound | StorageUnavailable> => ({
  merchantId,
  id,
  origin,
  find: () => findException(aggregates, merchantId, id),
});

/** The exception as it is from now on, and in the same commit what its resolution changes beside it. */
const written = (
  action: string,
  next: Exception,
  claimWith: ClaimWith<Exception>,
  doing?: Readonly<{ effects: ExceptionEffects; target: Target }>,
): AggregateUpdate<Exception, KeysUnavailable> => ({
  action,
  next,
  claimed(change) {
    if (doing === undefined) return claimWith(change, next);
    const { transactions, aggregates, entries, audit } = doing.effects.change(change.at, doing.target.origin);
    const whole = {
      ...change,
      transactions,
      aggregates: [...change.aggregates, ...aggregates],
      entries,
      audit: [...change.audit, ...audit],
    };
    return claimWith(whole, next);
  },
});

const ACTIONS = {
  link: 'exception.linked',
  accept_difference: 'exception.difference_accepted',
  expect_later: 'exception.put_off',
  ignore: 'exception.ignored',
} as const satisfies Record<Action['kind'], string>;
