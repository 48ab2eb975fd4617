import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { signallingCommits } from '../../src/composition/signalling-commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { anOpening, aRefusal } from '../fixtures/changes.ts';
import { eventually } from '../support/eventually.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

let url: string;
let opened: Storage[];
beforeEach(async () => {
  url = await server.newDatabase();
  opened = [];
});
afterEach(() => Promise.all(opened.map((storage) => storage.close())));

function aProcess(): Storage {
  const storage = postgresStorage(postgresPool({ connectionString: url }));
  opened.push(storage);
  return storage;
}

/** Resolves when so many processes listen. */
const isListening = (admin: ReturnType<typeof postgresPool>, count = 1) =>
  eventually(async () => {
    const { rows } = await admin.query(`SELECT FROM pg_stat_activity WHERE ${LISTENS}`);
    expect(rows).toHaveLength(count);
  });

const LISTENS = "query LIKE 'LISTEN%' AND datname = current_database()";

describe('wake-ups over Postgres', () => {
  it('reach the subscribers of another process', async () => {
    const [near, far] = [aProcess(), aProcess()];
    const admin = postgresPool({ connectionString: url });
    const heard: string[] = [];
    far.wakeUps.subscribe('outbox', () => heard.push('outbox'));
    far.wakeUps.subscribe('deliveries', () => heard.push('deliveries'));
    await isListening(admin);
    near.wakeUps.signal('outbox');
    await eventually(() => expect(heard).toEqual(['outbox']));
    near.wakeUps.signal('deliveries');
    await eventually(() => expect(heard).toEqual(['outbox', 'deliveries']));
    await admin.end();
  });

  it('come with a commit that wrote events, and with no other', async () => {
    const [near, far] = [aProcess(), aProcess()];
    const admin = postgresPool({ connectionString: url });
    let heard = 0;
    far.wakeUps.subscribe('outbox', () => {
      heard += 1;
    });
    await isListening(admin);
    const commits = signallingCommits(near.commits, near.wakeUps);
    (await commits.commit(aRefusal()))._unsafeUnwrap();
    const opening = anOpening();
    (await commits.commit(opening.change))._unsafeUnwrap();
    await eventually(() => expect(heard).toBe(1));
    await admin.end();
  });

  it('share one NOTIFY when they come close together, and the last is never kept back', async () => {
    const [near, far] = [aProcess(), aProcess()];
    const admin = postgresPool({ connectionString: url });
    let heard = 0;
    let own = 0;
    far.wakeUps.subscribe('outbox', () => {
      heard += 1;
    });
    near.wakeUps.subscribe('outbox', () => {
      own += 1;
    });
    await isListening(admin, 2);
    for (let n = 0; n < 500; n += 1) near.wakeUps.signal('outbox');
    await eventually(() => expect(heard).toBe(2));
    // One for each signal of its own, and none back from the server.
    expect(own).toBe(500);
    await admin.end();
  });

  it('are made up for once the connection that listens is back after it broke, and arrive again', async () => {
    const [near, far] = [aProcess(), aProcess()];
    const admin = postgresPool({ connectionString: url });
    let heard = 0;
    far.wakeUps.subscribe('outbox', () => {
      heard += 1;
    });
    await isListening(admin);
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    );
    // The subscriber is woken without a signal, as one may have been missed.
    await eventually(() => expect(heard).toBeGreaterThan(0));
    const woken = heard;
    await eventually(() => {
      near.wakeUps.signal('outbox');
      expect(heard).toBeGreaterThan(woken);
    });
    await admin.end();
  });

  it('fail no call when the server is away, and end with their storage', async () => {
    const away = postgresStorage(postgresPool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' }));
    let heard = 0;
    away.wakeUps.subscribe('outbox', () => {
      heard += 1;
    });
    away.wakeUps.signal('outbox');
    await eventually(() => expect(heard).toBe(1));
    await away.close();
    away.wakeUps.signal('outbox');

    const hasty = postgresStorage(postgresPool({ connectionString: url }));
    hasty.wakeUps.subscribe('outbox', () => {});
    await hasty.close();
  });
});
