import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../ports/clock.ts';

/** A code in a link that stands for a token, once. Held by this process alone. */
export type OneTimeCodes = Readonly<{
  /** 32 random bytes, in base64url. */
  issue(token: string): string;
  /** The token, the first time and within five minutes. */
  take(code: string): string | undefined;
}>;

const GOOD_FOR_MS = 5 * 60_000;

export function oneTimeCodes(clock: Clock): OneTimeCodes {
  const issued = new Map<string, Readonly<{ token: string; until: number }>>();
  return {
    issue(token) {
      const code = randomBytes(32).toString('base64url');
      issued.set(hashOf(code), { token, until: clock.now() + GOOD_FOR_MS });
      return code;
    },
    take(code) {
      const found = issued.get(hashOf(code));
      issued.delete(hashOf(code));
      return found !== undefined && clock.now() < found.until ? found.token : undefined;
    },
  };
}

const hashOf = (code: string): string => createHash('sha256').update(code).digest('base64url');
