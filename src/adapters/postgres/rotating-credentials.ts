import { callbackify } from 'node:util';
import type pg from 'pg';

/** Where a role's name and password come from, and come from again once the server has refused them. */
export type RotatingCredentials = Readonly<{
  current(): Promise<Login>;
  refresh(): Promise<Login>;
}>;

type Login = Readonly<{ user: string; password: string }>;
type Done = (
  fault: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (broken?: boolean) => void,
) => void;

const INVALID_PASSWORD = '28P01';
/** SQLSTATE: unable to establish the connection. The statement was never sent. */
const NOT_CONNECTED = '08001';

/**
 * Makes new connections of the pool log in with the credentials of the day. A refusal fetches them once more and tries
 * again, so a rotation is not noticed; connections that are open stay.
 */
export function rotateCredentials(pool: pg.Pool, credentials: RotatingCredentials): pg.Pool {
  const plainConnect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const logIn = async (source: () => Promise<Login>) => {
    Object.assign(pool.options, await source());
    return plainConnect();
  };
  const connect = () =>
    logIn(credentials.current)
      .catch((fault: unknown) => {
        if (!isRefused(fault)) throw fault;
        return logIn(credentials.refresh);
      })
      .catch((cause: unknown) => {
        if (hasCode(cause) && !isRefused(cause)) throw cause;
        throw Object.assign(new Error('no accepted credentials', { cause }), { code: NOT_CONNECTED });
      });
  // `pool.query` passes a callback, every other caller wants a promise.
  const connectBack = callbackify(connect);
  pool.connect = ((done?: Done) =>
    done === undefined
      ? connect()
      : connectBack((fault, client) =>
          done(fault ?? undefined, client, (broken) => client?.release(broken)),
        )) as pg.Pool['connect'];
  return pool;
}

const hasCode = (fault: unknown): boolean => typeof (fault as { code?: unknown }).code === 'string';
const isRefused = (fault: unknown): boolean => (fault as { code?: unknown }).code === INVALID_PASSWORD;
