import pg from 'pg';
import { LONGEST_WAIT_MS, overloaded } from '../shared/overload.ts';
import { type Patience, PING_MS, type StoreGate, storeGate } from '../shared/store-gate.ts';

const INT8 = 20;
const TIMESTAMPTZ = 1184;

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: BigInt,
  [TIMESTAMPTZ]: toInstant,
};

/** How many calls may wait for a turn or a connection. Those that share a statement wait elsewhere (`coalesce`). */
const MOST_WAITING = 1_000;

/** What node-postgres takes, and the patience of the gate where it is not the product's. */
type PoolSettings = pg.PoolConfig & Readonly<{ patience?: Patience }>;

/**
 * A pool with the service's limits: 10 connections, 30 s idle, 10 s a query, unless `settings` says otherwise, bounds on
 * the calls that wait, and a gate (`gateOf`) that refuses queries while the server is silent and has a connection of its
 * own for its pings. BIGINT is read as bigint and TIMESTAMPTZ as epoch milliseconds, on this pool only.
 */
export function postgresPool({ patience, ...settings }: PoolSettings): pg.Pool {
  const pool = new pg.Pool({
    max: 10,
    idleTimeoutMillis: 30_000,
    query_timeout: 10_000,
    connectionTimeoutMillis: LONGEST_WAIT_MS,
    application_name: 'paywright',
    types: {
      getTypeParser: (oid, format) =>
        (PARSERS[oid] ?? pg.types.getTypeParser(oid, format as 'text')) as never,
    },
    ...settings,
  });
  // A connection that breaks while it is idle, or lent and not yet asked anything, is found broken by the next query;
  // without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return gated(bounded(pool), patience);
}

type Done = Parameters<pg.Pool['connect']>[0];

/** `pool.query` takes its connection here too. */
function bounded(pool: pg.Pool): pg.Pool {
  const connect = pool.connect.bind(pool);
  pool.connect = ((done?: Done) => {
    if (pool.waitingCount < MOST_WAITING) return done === undefined ? connect() : connect(done);
    const refused = overloaded('too many wait');
    return done === undefined ? Promise.reject(refused) : done(refused, undefined, () => {});
  }) as pg.Pool['connect'];
  return pool;
}

const gates = new WeakMap<pg.Pool, StoreGate>();

/** The gate of a pool's queries. */
export const gateOf = (pool: pg.Pool): StoreGate | undefined => gates.get(pool);

/** Closes the connections that are idle at this moment, without waiting for them. */
export function dropIdle(pool: pg.Pool): void {
  for (let idle = pool.idleCount; idle > 0; idle -= 1)
    pool.connect().then(
      (client) => client.release(true),
      // It was found broken first.
      () => {},
    );
}

/** Over a connection of its own, as those of the pool may all be at work. A login that is refused is an answer, too. */
async function pingOver(options: pg.PoolOptions): Promise<void> {
  const client = new pg.Client({ ...options, connectionTimeoutMillis: PING_MS, query_timeout: PING_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    client.end().catch(() => {});
  }
}

function gated(pool: pg.Pool, patience: Patience | undefined): pg.Pool {
  type Query = (...args: readonly unknown[]) => Promise<unknown>;
  const [query, end] = [pool.query.bind(pool) as Query, pool.end.bind(pool) as () => Promise<void>];
  const gate = storeGate({
    most: pool.options.max,
    mostWaiting: MOST_WAITING,
    ping: () => pingOver(pool.options),
    isAnswer: (fault) => fault instanceof pg.DatabaseError,
    patience,
  });
  gates.set(pool, gate);
  pool.query = ((...args: readonly unknown[]) =>
    gate.pass(() => gate.ask(() => query(...args)))) as pg.Pool['query'];
  pool.end = (() => {
    gate.close();
    return end();
  }) as pg.Pool['end'];
  return pool;
}

/** `2026-03-01 12:00:00.5+00`, the server's form in UTC, is read digit by digit, as a file of a million rows reads three million. */
function toInstant(text: string): number {
  if (!text.endsWith('+00')) return new Date(text).getTime();
  // The first hundred years are those that `Date.UTC` takes for others.
  if (text.startsWith('00')) return Date.parse(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
  let milliseconds = 0;
  for (let place = 20, worth = 100; worth >= 1 && place < text.length - 3; place += 1, worth /= 10)
    milliseconds += worth * (text.charCodeAt(place) - ZERO);
  return Date.UTC(
    100 * twoDigits(text, 0) + twoDigits(text, 2),
    twoDigits(text, 5) - 1,
    twoDigits(text, 8),
    twoDigits(text, 11),
    twoDigits(text, 14),
    twoDigits(text, 17),
    milliseconds,
  );
}

const ZERO = 48;

const twoDigits = (text: string, place: number): number =>
  10 * (text.charCodeAt(place) - ZERO) + text.charCodeAt(place + 1) - ZERO;
