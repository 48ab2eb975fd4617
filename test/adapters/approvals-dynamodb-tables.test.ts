import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approvalsDynamodbStorage } from '../../src/adapters/dynamodb/approvals/storage.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { VendorPaymentPage } from '../../src/ports/approvals/vendor-payments.ts';
import type { Storage } from '../../src/ports/storage.ts';
import {
  aCreation,
  aLine,
  anApprover,
  anEdit,
  anUncheckedApproval,
  aPayoutBegun,
  aRejection,
  aVendorId,
  type Made,
} from '../fixtures/approvals.ts';
import { anOpening, NOON, plain } from '../fixtures/changes.ts';
import { freshTable } from '../support/dynamodb-tables.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

describe('The table of approvals', () => {
  let storage: ApprovalsStorage;
  let platform: Storage;
  beforeEach(async () => {
    const at = await freshTable(engine.url);
    storage = approvalsDynamodbStorage(at);
    platform = dynamodbStorage(at);
    return () => storage.close();
  });

  const committed = async <Payment extends VendorPayment>({ change, payment }: Made<Payment>) => {
    (await storage.approvalCommits.commit(change))._unsafeUnwrap();
    return payment;
  };

  it('finds the few of a vendor’s many payments that match, however far they lie apart', async () => {
    const vendorId = aVendorId();
    const made = Array.from({ length: 40 }, (_, n) => aCreation({ vendorId, createdAt: NOON + n }));
    const all = await Promise.all(made.map(committed));
    const waiting = all.filter((_, n) => [5, 21, 22, 39].includes(n));
    await Promise.all(
      all.filter((payment) => !waiting.includes(payment)).map((payment) => committed(aRejection(payment))),
    );
    const list = async (page: Partial<VendorPaymentPage>) =>
      (
        await storage.vendorPayments.list(
          { vendorId, status: 'pending_approval' },
          { order: 'oldest', limit: 2, ...page },
        )
      )._unsafeUnwrap();
    expect(await list({})).toEqual(waiting.slice(0, 2));
    expect(await list({ skip: 1 })).toEqual(waiting.slice(1, 3));
    expect(await list({ order: 'newest', limit: 3 })).toEqual(waiting.toReversed().slice(0, 3));
    expect(await list({ limit: 9 })).toEqual(waiting);
  });

  it('has room for the largest payment there can be, and for the link of its change', async () => {
    const lineItems = (sign: string) =>
      Array.from({ length: 100 }, () => aLine(90_071_992_547_409n, { description: sign.repeat(255) }));
    const metadata = (sign: string) => ({ a: sign.repeat(16_376) });
    const created = await committed(aCreation({ lineItems: lineItems('😀'), metadata: metadata('€') }));
    const edit = anEdit(created, { lineItems: lineItems('🤑'), metadata: metadata('₿') });
    const edited = await committed(edit);
    expect((await storage.vendorPayments.find(created.id))._unsafeUnwrap()).toEqual(edited);
    expect(plain((await storage.auditLog.of(created.id))._unsafeUnwrap()[1])).toEqual(
      plain(edit.change.entry),
    );
  });

  it('shares a table with the platform, and neither meets what is the other’s', async () => {
    const opening = anOpening();
    (await platform.commits.commit(opening.change))._unsafeUnwrap();
    const creation = aCreation();
    const approved = await committed(
      anUncheckedApproval(await committed(creation), anApprover('a', 'admin')),
    );
    const begun = await committed(aPayoutBegun(approved));
    const idsOf = (events: readonly Readonly<{ id: string }>[]) => events.map(({ id }) => id);
    expect(idsOf((await platform.outbox.unsent(9))._unsafeUnwrap())).toEqual(idsOf(opening.change.events));
    expect((await storage.outbox.unsent(9))._unsafeUnwrap()).toHaveLength(3);
    const [due, claims] = [
      await storage.vendorPayments.due(NOON * 2, 9),
      await platform.claims.due(NOON * 2, 9),
    ];
    expect(due._unsafeUnwrap()).toEqual([begun.id]);
    expect(claims._unsafeUnwrap()).toHaveLength(1);
    for (const [holder, { leases }] of Object.entries({ platform, storage }))
      expect((await leases.hold(['outbox-0'], holder, NOON, NOON + 9))._unsafeUnwrap()).toEqual(['outbox-0']);
    expect((await platform.auditTrail.tenants())._unsafeUnwrap()).toEqual([opening.payment.merchantId]);
    (await storage.outbox.sent((await storage.outbox.unsent(9))._unsafeUnwrap()))._unsafeUnwrap();
    expect((await platform.outbox.backlog())._unsafeUnwrap().unsent).toBe(opening.change.events.length);
  });
});
