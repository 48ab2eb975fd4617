import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { APPROVALS_MIGRATIONS, migrateApprovals } from '../../src/adapters/postgres/approvals/migrate.ts';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { applyMigrations } from '../../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { verifyApprovals } from '../../src/application/approvals/verify-approvals.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import { comparedAs, foldClaim, idsIn } from '../../src/domain/kernel/identity.ts';
import { trying } from '../domain/arbitraries.ts';
import { aCreation, anUncheckedApproval, aPerson, type Made } from '../fixtures/approvals.ts';
import { digests } from '../fixtures/changes.ts';
import { aClaim } from '../fixtures/claims.ts';

const admin = new pg.Pool({ connectionString: inject('postgresUrl'), max: 1 });
afterAll(() => admin.end());

/** A database with the migrations of approvals before the one of this name. */
async function databaseBefore(name: string): Promise<pg.Pool> {
  const database = `before_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${database}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  const pool = postgresPool({ connectionString: url.href });
  const { hashes } = APPROVALS_MIGRATIONS;
  const before = Object.entries(hashes).slice(0, Object.keys(hashes).indexOf(name));
  (
    await applyMigrations(pool, { ...APPROVALS_MIGRATIONS, hashes: Object.fromEntries(before) })
  )._unsafeUnwrap();
  return pool;
}

describe('the constraints of Postgres on people', () => {
  it('compare identities as the core does, whatever they hold', async () => {
    const pool = await databaseBefore('001-vendor-payments');
    (await migrateApprovals(pool))._unsafeUnwrap();
    const claims = fc.sample(aClaim, trying(2_000));
    const identities = [...new Set(claims.map((claim) => `sub:${foldClaim(claim)}`))];
    const { rows } = await pool.query<Readonly<{ identity: string; compared: string[] }>>(
      'SELECT identity, approvals.compared_as(ARRAY[identity]) AS compared FROM unnest($1::text[]) AS i(identity)',
      [identities],
    );
    expect(rows).toHaveLength(identities.length);
    for (const { identity, compared } of rows)
      expect([identity, compared.toSorted()]).toEqual([identity, comparedAs([identity]).toSorted()]);
    const id = '2b1f7c9a-8e64-4d0b-a1f2-3c4d5e6f7a8b';
    const named = await pool.query<Readonly<{ identity: string; is_named: boolean }>>(
      'SELECT identity, approvals.names_id(identity, $2) AS is_named FROM unnest($1::text[]) AS i(identity)',
      [identities, id],
    );
    for (const { identity, is_named: isNamed } of named.rows)
      expect([identity, isNamed]).toEqual([identity, idsIn([identity]).includes(id)]);
    expect(named.rows.filter(({ is_named: isNamed }) => isNamed).length).toBeGreaterThan(100);
    await pool.end();
  });

  it('take up approvals of the version before, two of what is one person now included, and verify finds nothing', async () => {
    const pool = await databaseBefore('008-compared-identities');
    const storage = approvalsPostgresStorage(pool);
    const committed = async <Payment extends VendorPayment>({ change, payment }: Made<Payment>) => {
      (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      return payment;
    };
    const first = { isLast: false };
    const accounts = [
      { subject: 'okta:ann@x.com' },
      { subject: 'u', email: 'ann@x.com' },
      { subject: 'ann+1@x.com' },
    ];
    const [one, other, third] = accounts.map((claims) => aPerson(claims, 'admin'));
    const twice = await committed(
      anUncheckedApproval(
        await committed(anUncheckedApproval(await committed(aCreation()), one, first)),
        other,
        first,
      ),
    );
    const once = await committed(anUncheckedApproval(await committed(aCreation()), one, first));
    const made = await committed(aCreation({ by: one ?? never() }));
    (await migrateApprovals(pool))._unsafeUnwrap();
    for (const payment of [twice, once, made]) {
      const again = anUncheckedApproval(payment, third);
      expect((await storage.approvalCommits.commit(again.change))._unsafeUnwrapErr()).toEqual({
        kind: payment === made ? 'SelfApproval' : 'AlreadyApproved',
      });
    }
    (await verifyApprovals({ ...storage, digests, clock: systemClock })(() => {}))._unsafeUnwrap();
    await storage.close();
  });
});

const never = (): never => {
  throw new Error('there are three');
};
