import { hash } from 'node:crypto';

/** Tokens that were found good a moment ago, and whose they are. Only hashes of them are held. */
export type VerifiedTokens<Holder> = Readonly<{
  find(authorization: string, now: number): Holder | undefined;
  /** `expiresAt` is when the token is good no longer, in milliseconds. */
  keep(authorization: string, holder: Holder, times: Readonly<{ now: number; expiresAt: number }>): void;
}>;

/** How much longer than otherwise a key that is withdrawn can be believed. */
const LONGEST_KEPT_MS = 10_000;
const MOST_TOKENS = 1_000;

/**
 * A signature is verified once in 10 s for each token instead of once a request; a token that expires is refused on time. Those that
 * were verified longest ago leave first when there are more than a thousand. Refused tokens are never kept.
 */
export function verifiedTokens<Holder>(): VerifiedTokens<Holder> {
  const known = new Map<string, Readonly<{ holder: Holder; from: number; until: number }>>();
  return {
    find(authorization, now) {
      const found = known.get(nameOf(authorization));
      return found !== undefined && found.from <= now && now < found.until ? found.holder : undefined;
    },
    keep(authorization, holder, { now, expiresAt }) {
      const name = nameOf(authorization);
      known.delete(name);
      known.set(name, { holder, from: now, until: Math.min(expiresAt, now + LONGEST_KEPT_MS) });
      const [oldest] = known.keys();
      if (known.size > MOST_TOKENS && oldest !== undefined) known.delete(oldest);
    },
  };
}

const nameOf = (authorization: string): string => hash('sha256', authorization, 'base64');
