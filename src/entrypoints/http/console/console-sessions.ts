import { decodeJwt } from 'jose';
import { okAsync, type ResultAsync } from 'neverthrow';
import type { Instant } from '../../../domain/kernel/instant.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Leases } from '../../../ports/leases.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import { openSession, sealSession, sessionNameOf } from './sealed-token.ts';

/** A bearer token that was judged good, on behalf of a browser. `until` is when it ends unless it is used before. */
export type ConsoleSession = Readonly<{ token: string; until: Instant }>;

/**
 * Sessions of the console, in the storage's leases: every process over one store knows them, no restart ends them, and what
 * lapsed is removed as any lease is. A session holds its name by the key that opens its cookie.
 */
export type ConsoleSessions = Readonly<{
  /** Two random values and one write. The cookie is good for half an hour, and for as long again each time it is used. */
  open(token: string): ResultAsync<ConsoleSession & Readonly<{ cookie: string }>, StorageUnavailable>;
  /** One strongly consistent read, and a write every ten minutes of use; undefined: there is none, it lapsed or was ended. */
  find(cookie: string): ResultAsync<ConsoleSession | undefined, StorageUnavailable>;
  /** Ends it for good, also beside requests that would prolong it. Two writes; safe to repeat. */
  end(cookie: string): ResultAsync<void, StorageUnavailable>;
}>;

const PREFIX = 'console-session/';
/** The holder of a mark that a session has been ended. */
const ENDED = '/ended';
export const SESSION_MS = 30 * 60_000;
const RENEWED_BELOW_MS = 20 * 60_000;

export function consoleSessions({
  leases,
  clock,
}: Readonly<{ leases: Leases; clock: Clock }>): ConsoleSessions {
  return {
    open(token) {
      const now = clock.now();
      const { cookie, name, key } = sealSession(token);
      const until = endOf(token, now);
      return leases.hold([PREFIX + name], key, now, until).map(() => ({ token, until, cookie }));
    },
    find(cookie) {
      const name = sessionNameOf(cookie);
      if (name === undefined) return okAsync(undefined);
      const now = clock.now();
      return leases.holders(PREFIX + name, now).andThen((held) => {
        const [lease] = held;
        // The mark that it was ended, which stands behind it, outlasts it.
        if (lease === undefined || held.length > 1 || lease.name !== PREFIX + name) return okAsync(undefined);
        const token = openSession(cookie, lease.holder);
        if (token === undefined) return okAsync(undefined);
        const until = endOf(token, now);
        if (lease.until - now >= RENEWED_BELOW_MS || until <= lease.until)
          return okAsync({ token, until: lease.until });
        return leases.hold([lease.name], lease.holder, now, until).map(() => ({ token, until }));
      });
    },
    end(cookie) {
      const name = sessionNameOf(cookie);
      if (name === undefined) return okAsync(undefined);
      const now = clock.now();
      return leases.holders(PREFIX + name, now).andThen((held) => {
        const [lease] = held;
        if (lease === undefined || held.length > 1) return okAsync(undefined);
        const token = openSession(cookie, lease.holder);
        if (token === undefined) return okAsync(undefined);
        // A request that found the session may prolong it after this once: the next finds the mark.
        const markedUntil = now + 2 * SESSION_MS;
        return leases
          .hold([lease.name + ENDED], ENDED, now, markedUntil)
          .andThen(() => leases.release([lease.name], lease.holder));
      });
    },
  };
}

/** A session never outlasts its token, whose `exp` is in seconds. */
const endOf = (token: string, now: Instant): Instant =>
  Math.min(now + SESSION_MS, (decodeJwt(token).exp ?? 0) * 1_000);
