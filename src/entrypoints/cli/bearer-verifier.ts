import { keptTokenSecrets } from '../../composition/aws-on-demand.ts';
import type { SecretHealth } from '../../ports/secrets.ts';
import { type Authenticate, tokenVerifier } from '../http/server/authenticate.ts';
import type { Config } from './config.ts';
import { isGuessable } from './guessable.ts';
import { isLongEnough } from './secret-variables.ts';

/** What judges bearer tokens, and how their secret is where a service keeps it. */
export type BearerVerifier = Readonly<{ authenticate: Authenticate; secretHealth?: SecretHealth }>;

/**
 * Without I/O: the secret of the start is known. One that comes after it must be as long, and in production no text that can be
 * guessed or that signs cursors.
 */
export function bearerVerifier({
  jwt,
  stage,
  platform,
}: Pick<Config, 'jwt' | 'stage' | 'platform'>): BearerVerifier {
  if (jwt.kind !== 'hs256' || jwt.kept === undefined) return { authenticate: tokenVerifier(jwt) };
  const secrets = keptTokenSecrets(jwt.kept, {
    known: jwt.secret,
    isFit: (text) =>
      isLongEnough(text) && (stage !== 'production' || (!isGuessable(text) && text !== platform.secret)),
  });
  return { authenticate: tokenVerifier(jwt, { secrets }), secretHealth: secrets };
}
