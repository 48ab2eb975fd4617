import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { SHOP_CERTIFICATE, SHOP_KEY } from '../fixtures/shop-certificate.ts';
import { PRODUCTION_TEXT } from './guide.ts';

/** Runs statements as the superuser of a database. */
export async function asOwner(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** What `docs/production.md` has an operator grant to a serving role, each as it stands between GRANT and TO. */
const GRANTS: readonly string[] = [
  ...PRODUCTION_TEXT.matchAll(/^GRANT ([^;]+?)\s+TO paywright_serving;$/gm),
].map(([, grant = '']) => grant);

/** Those for approvals: what is logged, the role can only add to. */
export const APPROVALS_GRANTS = GRANTS.filter((grant) => grant.includes('approvals'));
const PLATFORM_GRANTS = GRANTS.filter((grant) => !grant.includes('approvals'));

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

/** Lets the shared server take encrypted connections; `url` is of a superuser. Safe to repeat. */
export const serveTls = (url: string): Promise<void> =>
  asOwner(
    url,
    ...[
      ['paywright-test.crt', SHOP_CERTIFICATE],
      ['paywright-test.key', SHOP_KEY],
    ].map(
      ([file = '', text = '']) =>
        `DO $do$ BEGIN EXECUTE format('COPY (SELECT unnest(string_to_array(%L, chr(10)))) TO PROGRAM %L', $pem$${text.trim()}$pem$,
          'umask 077; cat > ' || quote_literal(current_setting('data_directory') || '/${file}')); END $do$`,
    ),
    "ALTER SYSTEM SET ssl_cert_file = 'paywright-test.crt'",
    "ALTER SYSTEM SET ssl_key_file = 'paywright-test.key'",
    'ALTER SYSTEM SET ssl = on',
    'SELECT pg_reload_conf()',
  );

/** The same database over TLS. Whose certificate it is, is not what such a test is about. */
export function overTls(url: string): string {
  const encrypted = new URL(url);
  encrypted.searchParams.set('sslmode', 'no-verify');
  return encrypted.href;
}
