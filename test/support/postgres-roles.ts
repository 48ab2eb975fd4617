import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** Runs statements as the superuser of a database. */
export async function asOwner(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** What a role that serves approvals needs, and nothing besides: what is logged, it can only add to. */
export const APPROVALS_GRANTS: readonly string[] = [
  'USAGE ON SCHEMA approvals',
  'SELECT, INSERT ON ALL TABLES IN SCHEMA approvals',
  'UPDATE ON approvals.payments, approvals.payment_line_items, approvals.outbox, approvals.lease',
  'DELETE ON approvals.payment_line_items, approvals.outbox, approvals.outbox_parked, approvals.lease',
];

/** What a role that serves the platform needs: audit links and ledger entries it can only add to. */
const PLATFORM_GRANTS: readonly string[] = [
  'SELECT, INSERT ON ALL TABLES IN SCHEMA public',
  'UPDATE ON aggregate, balance, claim, failed_authentication, lease, outbox, payment, quota, spending, tally',
  'UPDATE ON transaction, unique_key, webhook_delivery',
  'DELETE ON claim, event_log, failed_authentication, lease, outbox, outbox_parked, quota, unique_key, webhook_delivery',
];

/** A role that may do what `grants` say and owns no table; its password is `first`. */
export async function plainRole(
  url: string,
  grants = PLATFORM_GRANTS,
): Promise<Readonly<{ user: string; url: string }>> {
  const user = `role_${randomBytes(6).toString('hex')}`;
  const granted = grants.map((grant) => `GRANT ${grant} TO ${user}`);
  await asOwner(url, `CREATE ROLE ${user} LOGIN PASSWORD 'first'`, ...granted);
  const as = new URL(url);
  as.username = user;
  as.password = 'first';
  return { user, url: as.href };
}
