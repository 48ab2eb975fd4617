import pg from 'pg';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { balancesOf, type LedgerEntry } from '../../src/domain/ledger/ledger.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess } from '../fixtures/changes.ts';
import { aBeginning, anEnding, anExport } from '../fixtures/exports.ts';
import { aTransfer } from '../fixtures/transfers.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { tcpProxy } from './tcp-proxy.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

const MERCHANTS = ['a', 'b', 'c'].map((name) => aMerchantId(name));

describe('several processes on one Postgres', () => {
  let url: string;
  let storages: readonly Storage[];
  let admin: pg.Pool;
  beforeEach(async () => {
    url = await server.newDatabase();
    storages = Array.from({ length: 4 }, () => postgresStorage(postgresPool({ connectionString: url })));
    admin = new pg.Pool({ connectionString: url, max: 1 });
    return async () => {
      await Promise.all(storages.map((storage) => storage.close()));
      await admin.end();
    };
  });

  /** Tries again on the newest count until it is the one that spends. */
  async function transfer(storage: Storage, from: number): Promise<void> {
    const [sender, receiver] = [MERCHANTS[from % 3], MERCHANTS[(from + 1) % 3]];
    if (sender === undefined || receiver === undefined) throw new Error('there is no such merchant');
    for (;;) {
      const [balance] = (await storage.balances.of(sender, 'USD'))._unsafeUnwrap();
      const { change } = aTransfer({
        from: sender,
        to: receiver,
        amount: 7n,
        spendings: balance?.spendings ?? 0,
      });
      const outcome = await storage.commits.commit(change);
      if (outcome.isOk()) return;
      expect(outcome.error).toEqual({ kind: 'StaleVersion', id: 'USD' });
    }
  }

  it('pay and transfer in circles without a deadlock, a lost entry or a cent too many', async () => {
    const [first] = storages;
    if (first === undefined) throw new Error('there is no storage');
    const paying = storages.map((storage) =>
      Promise.all(
        Array.from({ length: 60 }, async (_, n) => {
          const merchantId = MERCHANTS[n % 3] ?? aMerchantId();
          const opening = anOpening({ merchantId, amount: BigInt(n + 100) });
          (await storage.commits.commit(opening.change))._unsafeUnwrap();
          (await storage.commits.commit(aSuccess(opening, undefined, 3n)))._unsafeUnwrap();
        }),
      ),
    );
    const transferring = storages.map(async (storage, index) => {
      for (let n = 0; n < 9; n += 1) await transfer(storage, index + n);
    });
    await Promise.all([...paying, ...transferring]);
    let spendings = 0;
    let available = 0n;
    for (const merchantId of MERCHANTS) {
      const entries: LedgerEntry[] = [];
      for (let last: LedgerEntry | undefined; ; last = entries.at(-1)) {
        const page = { limit: 100, ...present({ before: last?.id }) };
        const found = (await first.ledger.list(merchantId, {}, page))._unsafeUnwrap();
        entries.push(...found);
        if (found.length < 100) break;
      }
      const balances = (await first.balances.of(merchantId))._unsafeUnwrap();
      expect(balances).toMatchObject(balancesOf(entries));
      spendings += balances[0]?.spendings ?? 0;
      available += balances[0]?.available ?? 0n;
      const tallies = (await first.summaries.tallies(merchantId, {}))._unsafeUnwrap();
      expect(tallies).toMatchObject([{ status: 'succeeded', count: 80 }]);
    }
    expect(spendings).toBe(36);
    expect(available).toBe(4n * Array.from({ length: 60 }, (_, n) => BigInt(n + 97)).reduce((a, b) => a + b));
    const { rows } = await admin.query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(Number(rows[0]?.deadlocks)).toBe(0);
  });

  it('let one of many win a unique key, a new id and a version', async () => {
    const race = async (make: () => Change) => {
      const changes = Array.from({ length: 24 }, make);
      const outcomes = await Promise.all(
        changes.map((change, n) => (storages[n % 4] as Storage).commits.commit(change)),
      );
      return outcomes.map((outcome) => (outcome.isOk() ? 'Ok' : outcome.error.kind)).toSorted();
    };
    const losing = (kind: string) => [...Array.from({ length: 23 }, () => kind), 'Ok'].toSorted();
    const { change, stored } = aBeginning();
    expect(await race(() => aBeginning(anExport(), { takes: ['k'] }).change)).toEqual(losing('KeyTaken'));
    expect(await race(() => aBeginning({ ...anExport(), id: stored.id }).change)).toEqual(
      losing('StaleVersion'),
    );
    const began = (
      await (storages[0] as Storage).aggregates.find(stored.merchantId, 'export', stored.id)
    )._unsafeUnwrap();
    if (began === undefined || 'source' in began) throw new Error(`${change.id} was not won by anybody`);
    expect(await race(() => anEnding(began).change)).toEqual(losing('StaleVersion'));
  });

  it.each(['lost request', 'reset', 'cut'] as const)(
    'know a change without a claim again over a wire with %s',
    async (trouble) => {
      const direct = new URL(url);
      const wire = await tcpProxy({ host: direct.hostname, port: Number(direct.port) });
      direct.hostname = '127.0.0.1';
      direct.port = `${wire.port}`;
      const storage = postgresStorage(postgresPool({ connectionString: direct.href, query_timeout: 1_000 }));
      try {
        const began = aBeginning(anExport(), { takes: ['k'] });
        const ended = anEnding(began.stored, { releases: ['k'] });
        for (const { change } of [began, ended]) {
          wire.trouble('commit_changes', trouble);
          expect((await storage.commits.commit(change)).isOk()).toBe(true);
        }
        expect(wire.met()).toBe(2);
        const { merchantId, id } = ended.stored;
        expect((await storage.aggregates.find(merchantId, 'export', id))._unsafeUnwrap()).toEqual(
          ended.stored,
        );
        expect((await storage.auditTrail.ofAggregate(merchantId, 'export', id))._unsafeUnwrap()).toHaveLength(
          2,
        );
      } finally {
        await storage.close();
        await wire.close();
      }
    },
  );
});
