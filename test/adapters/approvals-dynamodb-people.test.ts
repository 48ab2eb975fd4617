import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { vendorPaymentItem } from '../../src/adapters/dynamodb/approvals/approval-items.ts';
import { approvalIdentityKey } from '../../src/adapters/dynamodb/approvals/keys.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { verifyApprovals } from '../../src/application/approvals/verify-approvals.ts';
import { barredBefore } from '../../src/domain/approvals/maker-checker.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import { aCreation, anUncheckedApproval, aPerson, type Made } from '../fixtures/approvals.ts';
import { digests } from '../fixtures/changes.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { tamperedApprovalsDynamoDb } from '../support/tampering/approvals-dynamodb.ts';
import { put, remove } from '../support/tampering/dynamodb.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

const FIRST = { isLast: false };
const ANN = aPerson({ subject: 'okta:ann+a@x.com', email: '"ann"@x.com' }, 'admin');
/** The spelling in which ANN is compared, and which none of her claims has. */
const COMPARED = 'mail:ann@x.com';
const BOB = aPerson({ subject: 'bob', email: 'Bob <bob+b@x.com>' }, 'admin');

describe('the items of people on DynamoDB', () => {
  let store: ReturnType<typeof tamperedApprovalsDynamoDb>;
  beforeEach(async () => {
    store = tamperedApprovalsDynamoDb(await freshTable(engine.url));
    return () => store.close();
  });
  const commit = ({ change }: Pick<Made, 'change'>) => store.storage.approvalCommits.commit(change);
  const committed = async <Payment extends VendorPayment>({ change, payment }: Made<Payment>) => {
    (await commit({ change }))._unsafeUnwrap();
    return { change, payment };
  };
  const verify = () => verifyApprovals({ ...store.storage, digests, clock: systemClock })(() => {});

  it('of the version before are no fault to verify, and keep out whom they kept out', async () => {
    const { payment } = await committed(aCreation({ by: BOB }));
    const { change, payment: once } = await committed(anUncheckedApproval(payment, ANN, FIRST));
    const [approval] = once.approvals;
    if (approval === undefined) throw new Error('it was approved by one');
    const barred = barredBefore(once);
    await put(store.at, { ...vendorPaymentItem(once, change.id), barred });
    await remove(store.at, approvalIdentityKey(once.id, approval, COMPARED));
    (await verify())._unsafeUnwrap();
    expect((await commit(anUncheckedApproval(once, BOB)))._unsafeUnwrapErr()).toEqual({
      kind: 'SelfApproval',
    });
    expect((await commit(anUncheckedApproval(once, ANN)))._unsafeUnwrapErr()).toEqual({
      kind: 'AlreadyApproved',
    });
  });

  it('are a fault when what an approval takes by comparing is there in part, or of no approval', async () => {
    const claims = { subject: 'ann@x.com, ann+1@y.com, ann+2@z.com' };
    const { payment } = await committed(aCreation());
    const { payment: once } = await committed(anUncheckedApproval(payment, aPerson(claims, 'admin'), FIRST));
    const [approval] = once.approvals;
    if (approval === undefined) throw new Error('it was approved by one');
    (await verify())._unsafeUnwrap();
    const taken = approvalIdentityKey(once.id, approval, 'mail:ann@z.com');
    await remove(store.at, taken);
    expect((await verify())._unsafeUnwrapErr()).toMatchObject({ row: 'approval', fault: 'absent' });
    await put(store.at, taken);
    (await verify())._unsafeUnwrap();
    await put(store.at, approvalIdentityKey(once.id, approval, 'mail:bob@z.com'));
    expect((await verify())._unsafeUnwrapErr()).toMatchObject({ row: 'approval', fault: 'orphaned' });
  });
});
