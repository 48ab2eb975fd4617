import { describe, expect, it } from 'vitest';
import { secretsClient } from '../../src/adapters/aws/secret-text.ts';
import { auroraCredentials } from '../../src/adapters/aws/secrets.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { rotateCredentials } from '../../src/adapters/postgres/rotating-credentials.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import {
  aCreation,
  anEdit,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  type Made,
} from '../fixtures/approvals.ts';
import { NOON } from '../fixtures/changes.ts';
import { EMULATOR_CREDENTIALS } from '../support/aws-emulators.ts';
import { databaseForEachTest } from '../support/database-for-each-test.ts';
import { APPROVALS_GRANTS, asOwner, plainRole } from '../support/postgres-roles.ts';
import { secretKeeper } from '../support/secret-keeper.ts';

const database = await databaseForEachTest(approvalsPostgresStorage);

const pause = (ms: number) => new Promise((over) => setTimeout(over, ms));

async function committed<Payment extends VendorPayment>(
  storage: ApprovalsStorage,
  { change, payment }: Made<Payment>,
) {
  (await storage.approvalCommits.commit(change))._unsafeUnwrap();
  return payment;
}
const find = async (storage: ApprovalsStorage, { id }: VendorPayment) =>
  (await storage.vendorPayments.find(id))._unsafeUnwrap();

describe('the role that serves approvals', () => {
  /** From creation to payout, with an edit on the way, and its events told. */
  async function wholeWay(storage: ApprovalsStorage, createdAt: number): Promise<void> {
    const created = await committed(storage, aCreation({ createdAt, eventKey: `source ${createdAt}` }));
    const edited = await committed(storage, anEdit(created));
    const approved = await committed(storage, anUncheckedApproval(edited));
    const begun = await committed(storage, aPayoutBegun(approved));
    const completed = await committed(storage, aPayoutEnded(begun));
    expect(await find(storage, completed)).toEqual(completed);
    expect((await storage.auditLog.of(completed.id))._unsafeUnwrap()).toHaveLength(5);
  }

  it('can do all that is asked of it', async () => {
    const { url: connectionString } = await plainRole(database.url(), APPROVALS_GRANTS);
    const storage = database.storageOn({ connectionString });
    expect((await storage.health.check()).isOk()).toBe(true);
    await wholeWay(storage, NOON);
    const { leases, outbox } = storage;
    expect((await leases.hold(['relay/1'], 'me', NOON, NOON + 1_000))._unsafeUnwrap()).toEqual(['relay/1']);
    (await leases.release(['relay/1'], 'me'))._unsafeUnwrap();
    const shards = Array.from({ length: 16 }, (_, shard) => shard);
    const [first, second, ...others] = (await outbox.next(shards, NOON, 10))._unsafeUnwrap();
    if (first === undefined || second === undefined) throw new Error('too few');
    (await outbox.failed(first, 'later', NOON + 1))._unsafeUnwrap();
    (await outbox.failed(second, 'never', 'parked'))._unsafeUnwrap();
    expect((await outbox.unpark(second.id))._unsafeUnwrap()).toBe(true);
    (await outbox.sent([first, second, ...others]))._unsafeUnwrap();
    expect((await outbox.backlog())._unsafeUnwrap()).toEqual({ unsent: 0, parked: 0 });
  });

  it('may have its password changed under load, secret first and role after, and no payment is lost', async () => {
    const { user, url: as } = await plainRole(database.url(), APPROVALS_GRANTS);
    const { hostname: host, port, pathname } = new URL(as);
    const keeper = await secretKeeper();
    const secretArn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:serving';
    const store = (password: string) =>
      keeper.put(secretArn, { current: JSON.stringify({ username: user, password }) });
    store('first');
    const client = secretsClient({ region: 'eu-central-1', endpoint: keeper.url });
    client.config.credentials = () => Promise.resolve(EMULATOR_CREDENTIALS);
    database.closing(keeper);
    database.closing({ close: () => Promise.resolve(client.destroy()) });
    const storage = database.closing(
      approvalsPostgresStorage(
        rotateCredentials(
          postgresPool({ host, port: Number(port), database: pathname.slice(1), password: '' }),
          auroraCredentials({ secretArn, client }),
        ),
      ),
    );
    const load = Array.from({ length: 60 }, async (_, n) => {
      await pause(n * 10);
      if (n === 20) store('second');
      if (n === 21)
        await asOwner(
          database.url(),
          `ALTER ROLE ${user} PASSWORD 'second'`,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${user}'`,
        );
      await wholeWay(storage, NOON + n);
    });
    await Promise.all(load);
    // Once at first, and again when the old password was refused: those that were refused together share it.
    expect(keeper.asked().length).toBeGreaterThan(1);
    expect(keeper.asked().length).toBeLessThan(20);
    expect((await storage.outbox.backlog())._unsafeUnwrap()).toMatchObject({ unsent: 60 * 4 });
  });
});
