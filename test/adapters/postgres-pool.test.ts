import { afterAll, describe, expect, it } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';

const pool = postgresPool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
afterAll(() => pool.end());

describe('the pool of a server', () => {
  it('holds ten connections at most, keeps an idle one for 30 s and waits 10 s for a query', () => {
    expect(pool.options).toMatchObject({ max: 10, idleTimeoutMillis: 30_000, query_timeout: 10_000 });
  });
});
