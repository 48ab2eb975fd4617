import pg from 'pg';
import { afterAll, expect, inject, it } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { IntegrityFinding } from '../../src/application/integrity/integrity-finding.ts';
import { aBusyStore } from '../support/busy-store.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

async function aBook() {
  const connectionString = await server.newDatabase();
  const storage = postgresStorage(postgresPool({ connectionString }));
  const hand = new pg.Client({ connectionString });
  await hand.connect();
  return {
    ...(await aBusyStore(storage)),
    /** What somebody with access to the database could do. */
    sql: (text: string, ...values: readonly unknown[]) => hand.query(text, [...values]),
    close: () => Promise.all([hand.end(), storage.close()]),
  };
}

type Book = Awaited<ReturnType<typeof aBook>>;
type Found = Omit<Partial<IntegrityFinding>, 'kind' | 'detail'>;
type Mutation = readonly [
  title: string,
  mutate: (book: Book) => Promise<unknown>,
  found: (book: Book) => Found,
];

const hex = (id: string) => id.slice(4);

const MUTATIONS: readonly Mutation[] = [
  [
    'an edited payment',
    ({ sql, refunded }) => sql(`UPDATE payment SET description = 'x' WHERE id = $1`, hex(refunded)),
    ({ refunded }) => ({ merchantId: 'merchant-a' as never, row: 'payment', id: refunded, fault: 'differs' }),
  ],
  [
    'a payment whose amounts were lowered',
    ({ sql, refunded }) => sql(`UPDATE payment SET refunded_amount = 0 WHERE id = $1`, hex(refunded)),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'differs' }),
  ],
  [
    'a payment set back to what it was before',
    ({ sql, refunded }) => sql(`UPDATE payment SET version = version - 1 WHERE id = $1`, hex(refunded)),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'cut' }),
  ],
  [
    'a deleted payment',
    ({ sql, captured }) => sql(`DELETE FROM payment WHERE id = $1`, hex(captured)),
    ({ captured }) => ({ row: 'payment', id: captured, fault: 'absent' }),
  ],
  [
    'a payment deleted with its transactions and links',
    async ({ sql, declined }) => {
      await sql(
        `DELETE FROM audit_entry WHERE entity_id = $1
          OR entity_id IN (SELECT 'txn_' || replace(id::text, '-', '') FROM transaction WHERE payment_id = $2)`,
        declined,
        hex(declined),
      );
      await sql(`DELETE FROM transaction WHERE payment_id = $1`, hex(declined));
      await sql(`DELETE FROM payment WHERE id = $1`, hex(declined));
    },
    () => ({ row: 'summary', id: '2026-03-01 USD failed', fault: 'sum' }),
  ],
  [
    'a payment given to another tenant',
    ({ sql, refunded }) => sql(`UPDATE payment SET merchant_id = 'merchant-b' WHERE id = $1`, hex(refunded)),
    ({ refunded }) => ({ merchantId: 'merchant-a' as never, row: 'payment', id: refunded, fault: 'absent' }),
  ],
  [
    'a payment given to another tenant with all that belongs to it',
    async ({ sql, refunded }) => {
      await sql(
        `UPDATE audit_entry SET merchant_id = 'merchant-b' WHERE entity_id = $1
          OR entity_id IN (SELECT 'txn_' || replace(id::text, '-', '') FROM transaction WHERE payment_id = $2)`,
        refunded,
        hex(refunded),
      );
      await sql(`UPDATE ledger_entry SET merchant_id = 'merchant-b' WHERE payment_id = $1`, hex(refunded));
      await sql(`UPDATE transaction SET merchant_id = 'merchant-b' WHERE payment_id = $1`, hex(refunded));
      await sql(`UPDATE payment SET merchant_id = 'merchant-b' WHERE id = $1`, hex(refunded));
    },
    () => ({ merchantId: 'merchant-a' as never, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'an edited transaction',
    ({ sql, refunded }) =>
      sql(`UPDATE transaction SET response_text = 'x' WHERE payment_id = $1`, hex(refunded)),
    () => ({ row: 'transaction', fault: 'differs' }),
  ],
  [
    'a deleted transaction',
    ({ sql, refunded }) =>
      sql(
        `DELETE FROM transaction WHERE id = (SELECT max(id::text)::uuid FROM transaction WHERE payment_id = $1)`,
        hex(refunded),
      ),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'sum' }),
  ],
  [
    'an edited link',
    ({ sql, refunded }) =>
      sql(`UPDATE audit_entry SET actor_id = 'x' WHERE entity_id = $1 AND sequence = 2`, refunded),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'edited' }),
  ],
  [
    'a deleted link',
    ({ sql, refunded }) => sql(`DELETE FROM audit_entry WHERE entity_id = $1 AND sequence = 2`, refunded),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'missing' }),
  ],
  [
    'a chain without its end',
    ({ sql, refunded }) => sql(`DELETE FROM audit_entry WHERE entity_id = $1 AND sequence > 3`, refunded),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 4, fault: 'cut' }),
  ],
  [
    'two links in each other’s place',
    async ({ sql, refunded }) => {
      for (const [from, to] of [
        [2, 99],
        [3, 2],
        [99, 3],
      ])
        await sql(
          `UPDATE audit_entry SET sequence = $3 WHERE entity_id = $1 AND sequence = $2`,
          refunded,
          from,
          to,
        );
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'unlinked' }),
  ],
  [
    'an inserted link',
    ({ sql, refunded }) =>
      sql(
        `INSERT INTO audit_entry SELECT entity_id, entity_type, sequence + 1, gen_random_uuid(), merchant_id, action,
            actor_id, actor_type, ip_address, user_agent, before, after, metadata, created_at, hash, hash
          FROM audit_entry WHERE entity_id = $1 ORDER BY sequence DESC LIMIT 1`,
        refunded,
      ),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'edited' }),
  ],
  [
    'a link of nothing that exists',
    ({ sql, refunded }) =>
      sql(
        `INSERT INTO audit_entry SELECT $2, entity_type, sequence, gen_random_uuid(), merchant_id, action,
            actor_id, actor_type, ip_address, user_agent, before, after, metadata, created_at, previous_hash, hash
          FROM audit_entry WHERE entity_id = $1 AND sequence = 1`,
        refunded,
        systemIds.payment(0),
      ),
    () => ({ row: 'payment', fault: 'absent' }),
  ],
  [
    'a link given to another tenant',
    ({ sql, refunded }) =>
      sql(
        `UPDATE audit_entry SET merchant_id = 'merchant-b' WHERE entity_id = $1 AND sequence = 1`,
        refunded,
      ),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 1, fault: 'missing' }),
  ],
  [
    'an edited merchant',
    ({ sql }) =>
      sql(
        `UPDATE aggregate SET record = jsonb_set(record::jsonb, '{name}', '"Mallory"')
          WHERE kind = 'merchant' AND id = 'merchant-b'`,
      ),
    () => ({ row: 'merchant', id: 'merchant-b', fault: 'differs' }),
  ],
  [
    'a deleted merchant',
    ({ sql }) => sql(`DELETE FROM aggregate WHERE kind = 'merchant' AND id = 'merchant-a'`),
    () => ({ row: 'merchant', id: 'merchant-a', fault: 'absent' }),
  ],
  [
    'a transfer that was less',
    ({ sql }) =>
      sql(`UPDATE aggregate SET record = jsonb_set(record::jsonb, '{amount}', '2') WHERE kind = 'transfer'`),
    ({ sent }) => ({ row: 'transfer', id: sent, fault: 'differs' }),
  ],
  [
    'a deleted transfer',
    ({ sql }) => sql(`DELETE FROM aggregate WHERE kind = 'transfer'`),
    ({ sent }) => ({ row: 'transfer', id: sent, fault: 'absent' }),
  ],
  [
    'a transfer deleted with its link',
    async ({ sql, sent }) => {
      await sql(`DELETE FROM aggregate WHERE kind = 'transfer'`);
      await sql(`DELETE FROM audit_entry WHERE entity_id = $1`, sent);
    },
    () => ({ row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'a deleted ledger entry',
    ({ sql }) => sql(`DELETE FROM ledger_entry WHERE type = 'fee'`),
    () => ({ row: 'ledger_entry', fault: 'absent' }),
  ],
  [
    'an edited ledger entry',
    ({ sql }) => sql(`UPDATE ledger_entry SET amount = 1 WHERE type = 'transfer_in'`),
    ({ sent }) => ({ merchantId: 'merchant-b' as never, row: 'ledger_entry', id: sent, fault: 'absent' }),
  ],
  [
    'an inserted ledger entry, balance and all',
    async ({ sql, refunded }) => {
      await sql(
        `INSERT INTO ledger_entry SELECT merchant_id, $2, type, debit, credit, 700, currency, payment_id,
            transaction_id, transfer_id, '2026-03-02T00:00:00Z'
          FROM ledger_entry WHERE payment_id = $1 AND type = 'capture'`,
        hex(refunded),
        hex(systemIds.ledgerEntry(Date.parse('2026-03-02T00:00:00Z'))),
      );
      await sql(
        `UPDATE balance SET available = available + 700, processor = processor - 700
          WHERE (merchant_id, currency, slot) = (SELECT merchant_id, currency, slot FROM balance
            WHERE merchant_id = 'merchant-a' LIMIT 1)`,
      );
    },
    () => ({ row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'an edited balance',
    ({ sql }) =>
      sql(
        `UPDATE balance SET available = available + 5, processor = processor - 5 WHERE merchant_id = 'merchant-b'`,
      ),
    () => ({ merchantId: 'merchant-b' as never, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'a deleted balance',
    ({ sql }) => sql(`DELETE FROM balance WHERE merchant_id = 'merchant-a'`),
    () => ({ merchantId: 'merchant-a' as never, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'an edited summary',
    ({ sql }) =>
      sql(`UPDATE tally SET amount = amount + 1 WHERE merchant_id = 'merchant-b' AND status = 'succeeded'`),
    () => ({ row: 'summary', id: '2026-03-01 USD succeeded', fault: 'sum' }),
  ],
  [
    'a row with a status that there is not',
    async ({ sql, declined }) => {
      await sql(`ALTER TABLE payment DROP CONSTRAINT payment_status_check`);
      await sql(`UPDATE payment SET status = 'paid' WHERE id = $1`, hex(declined));
    },
    () => ({ fault: 'unreadable' }),
  ],
];

it('finds nothing wrong with what the use cases wrote', async () => {
  const { verify, close } = await aBook();
  expect((await verify())._unsafeUnwrap()).toMatchObject({
    merchants: 2,
    payments: 5,
    transactions: 9,
    links: 34,
    ledgerEntries: 10,
    unsettled: [],
  });
  await close();
});

it.each(MUTATIONS)('finds %s', async (_, mutate, found) => {
  const book = await aBook();
  await mutate(book);
  expect((await book.verify())._unsafeUnwrapErr()).toMatchObject({ kind: 'BadRow', ...found(book) });
  await book.close();
});

it('raises no false alarm while others write', async () => {
  const book = await aBook();
  let isOver = false;
  const writing = Promise.all(
    [0, 1, 2, 3].map(async (writer) => {
      const [from, to] = writer % 2 === 0 ? ['merchant-a', 'merchant-b'] : ['merchant-b', 'merchant-a'];
      while (!isOver) {
        const id = await book.pay(from as string, 2_000n, { paymentMethod: 'test_fee' });
        await book.move(from as string, id, { type: 'refund', amount: 300n });
        await book.transfer(from as string, to as string, 50n);
        await new Promise((later) => setTimeout(later, 20));
      }
    }),
  );
  for (let times = 0; times < 4; times += 1) (await book.verify())._unsafeUnwrap();
  isOver = true;
  await writing;
  expect((await book.verify())._unsafeUnwrap().unsettled).toEqual([]);
  await book.close();
});
