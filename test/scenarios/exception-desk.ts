import { beforeEach, expect } from 'vitest';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { listRows } from '../../src/application/files/list-rows.ts';
import { type ExceptionFilter, listExceptions } from '../../src/application/files/read-exceptions.ts';
import { getReconciliation } from '../../src/application/files/read-reconciliations.ts';
import {
  confirmResolution,
  type RequestedAction,
  resolveException,
} from '../../src/application/files/resolve-exception.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import type { Exception } from '../../src/domain/files/exception.ts';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { origin, SECRET } from '../fixtures/changes.ts';
import { aResolver } from '../fixtures/exceptions.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { temporaryFiles } from '../support/objects.ts';

/** The person who resolves, and the one who confirms. */
export const ann = aResolver('okta|ann', 'ann@x.com');
export const bob = aResolver('okta|bob', 'bob@x.com');

/** Files of a merchant on a storage that is opened for each test, and what people do about their exceptions. */
export function exceptionDesk(open: () => Promise<Storage>) {
  let storage: Storage;
  let desk: FileDesk;
  beforeEach(async () => {
    storage = await open();
    desk = fileDesk(storage, temporaryFiles({ now: () => Date.now() }));
    return () => storage.close();
  });

  const verified = async () => {
    const clock = { now: () => desk.clock.now() + 3_600_000 };
    const seen = await verify({ ...storage, ...desk.ports, clock })(() => {});
    return seen.isOk() ? seen.value.unsettled : seen.error;
  };

  const signedTokens = systemSignedTokens(SECRET);
  const listed = async (filter: ExceptionFilter = {}, limit = 100, merchantId = desk.merchantId) => {
    const list = listExceptions({ ...desk.ports, signedTokens });
    const found: Exception[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = (await list({ merchantId, filter, limit, ...present({ cursor }) }))._unsafeUnwrap();
      found.push(...page.items.map(({ exception }) => exception));
      cursor = page.nextCursor;
      if (cursor === undefined) return found;
    }
  };
  const only = async (filter: ExceptionFilter = {}): Promise<Exception> => {
    const [first, ...others] = await listed(filter);
    if (first === undefined || others.length > 0) throw new Error('there is not just one exception');
    return first;
  };
  const targetOf = ({ id, merchantId }: Exception, by = ann) => ({ merchantId, id, by, origin });
  const resolving = (exception: Exception, action: RequestedAction, by = ann) =>
    resolveException(desk.ports)({ ...targetOf(exception, by), action, reason: 'looked into' }, unclaimed);
  const confirming = (exception: Exception, by = bob, expectedVersions?: readonly number[]) =>
    confirmResolution(desk.ports)(
      { ...targetOf(exception, by), ...present({ expectedVersions }) },
      unclaimed,
    );
  const balance = async () => {
    const [found] = (await storage.balances.of(desk.merchantId, 'USD'))._unsafeUnwrap();
    return found;
  };
  const absent = async (
    { id, merchantId }: Reconciliation,
    outcome: 'expected' | 'missing_there',
  ): Promise<readonly unknown[]> => {
    const list = listRows({ ...desk.ports, signedTokens, getReconciliation: getReconciliation(storage) });
    return (await list({ merchantId, id, outcome, limit: 100 }))._unsafeUnwrap().items;
  };
  const absences = ({ status, absences: found }: Reconciliation) => {
    expect(status).toBe('completed');
    return [found?.expected, found?.missingThere];
  };
  /** A file of one row that is rejected: what it looks at is everything else. */
  const anyFile = (name: string) => nativeFile([{ ...rowAbout(lost), fee: 'x', reference: name }]);
  const lost = {
    paymentId: 'pay_1',
    id: 'txn_1',
    type: 'capture',
    amount: { minorUnits: 1n, currency: 'USD' },
  } as unknown as Transaction;

  return {
    desk: () => desk,
    storage: () => storage,
    verified,
    listed,
    only,
    targetOf,
    resolving,
    confirming,
    balance,
    absent,
    absences,
    anyFile,
  };
}
