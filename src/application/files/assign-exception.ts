import type { ResultAsync } from 'neverthrow';
import {
  assignException as assigned,
  type Exception,
  type ExceptionClosed,
} from '../../domain/files/exception.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Expecting, VersionMismatch } from '../../domain/kernel/expected-version.ts';
import type { ExceptionId, MerchantId } from '../../domain/kernel/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { onExpectedVersion, updateAggregate } from '../kernel/update-aggregate.ts';
import { type ExceptionNotFound, findException } from './read-exceptions.ts';

export type AssignRequest = Expecting &
  Readonly<{ merchantId: MerchantId; id: ExceptionId; assignedTo: string | null; origin: Origin }>;

export type AssignFailure =
  | ExceptionNotFound
  | ExceptionClosed
  | VersionMismatch
  | ChangedMeanwhile
  | StorageUnavailable;

/** Says who looks after an exception; null: it is unassigned. The same again changes nothing. One read, one commit. */
export type AssignException = (request: AssignRequest) => ResultAsync<Exception, AssignFailure>;

export const assignException = (ports: MovePorts): AssignException => {
  const update = updateAggregate(ports);
  return ({ merchantId, id, assignedTo, origin, ...expecting }) =>
    update<Exception, Exception, AssignFailure>(
      { merchantId, id, origin, find: () => findException(ports.aggregates, merchantId, id) },
      onExpectedVersion<Exception, Exception, AssignFailure>(expecting, (seen, now) =>
        assigned(seen, assignedTo ?? undefined, now).asyncMap((next) =>
          Promise.resolve(
            next.assignedTo === seen.assignedTo ? undefined : { action: 'exception.assigned', next },
          ),
        ),
      ),
    );
};
