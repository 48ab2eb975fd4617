import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { err, ok, type Result, ResultAsync } from 'neverthrow';
import type { SecretFault, SecretUnusable } from '../../ports/secrets.ts';
import { isOfTheWorld, nameOf } from './faults.ts';

/** A client of Secrets Manager that tries three times: reading can be repeated. */
export function secretsClient({
  region,
  endpoint,
}: Readonly<{ region: string; endpoint?: string }>): SecretsManagerClient {
  const client = new SecretsManagerClient({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  // It prepares a log line of every reply, in which secrets would stand, for a logger, and there is none.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** A version of a secret, by the label that a rotation moves: the one of now, and the one that it replaced. */
export type SecretStage = 'AWSCURRENT' | 'AWSPREVIOUS';

export type StoredSecret = Readonly<{ client: SecretsManagerClient; secretArn: string }>;

/** The text that the secret holds, whatever it is. One call. */
export const storedText = (
  { client, secretArn }: StoredSecret,
  stage: SecretStage = 'AWSCURRENT',
): ResultAsync<string, SecretUnusable> =>
  ResultAsync.fromThrowable(
    () => client.send(new GetSecretValueCommand({ SecretId: secretArn, VersionStage: stage })),
    (cause): SecretUnusable => {
      if (!isOfTheWorld(cause)) throw cause;
      return unusable(reasonOf(cause), cause);
    },
  )().andThen(({ SecretString }) => (SecretString === undefined ? err(malformed) : ok(SecretString)));

/** A secret that is one plain text, such as a key: not binary, nor JSON as the console makes it, nor with spaces around it. One call. */
export const secretText = (
  secret: StoredSecret,
  stage: SecretStage = 'AWSCURRENT',
): ResultAsync<string, SecretUnusable> => storedText(secret, stage).andThen(plain);

const plain = (text: string): Result<string, SecretUnusable> =>
  text === '' || text !== text.trim() || /^[{["]/.test(text) ? err(malformed) : ok(text);

export const unusable = (reason: SecretFault, cause: unknown): SecretUnusable => ({
  kind: 'SecretUnusable',
  reason,
  cause,
});

const malformed = unusable('malformed', undefined);

const REASONS: Readonly<Record<string, SecretFault>> = {
  AccessDeniedException: 'denied',
  ResourceNotFoundException: 'missing',
  // Of a secret, in a request that is right: it is marked for deletion.
  InvalidRequestException: 'pending_deletion',
  DecryptionFailure: 'undecryptable',
  ThrottlingException: 'throttled',
};

const reasonOf = (fault: unknown): SecretFault => REASONS[nameOf(fault)] ?? 'unavailable';
