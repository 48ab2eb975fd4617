import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { StorageRisk } from '../../ports/storage-risk.ts';
import { foreignEndpoint } from '../shared/aws-endpoint.ts';
import { type StoredSecret, storedText } from './secret-text.ts';

/** A database role's name and password. */
type DatabaseCredentials = Readonly<{ user: string; password: string }>;

/** Where a pool gets its credentials from; calls made at the same time share one fetch. */
export type CredentialSource = Readonly<{
  /** What was fetched within the last hour, or fetched now. */
  current(): Promise<DatabaseCredentials>;
  /** Fetched now: the database refused the ones we had. */
  refresh(): Promise<DatabaseCredentials>;
}>;

export type AuroraSecret = StoredSecret & Readonly<{ now?: () => number }>;

/** A risk when the secret is asked for elsewhere than at AWS over TLS. */
export const secretEndpointRisks = ({ client, secretArn }: StoredSecret): Promise<readonly StorageRisk[]> =>
  foreignEndpoint('Secrets Manager', new GetSecretValueCommand({ SecretId: secretArn }), (command) =>
    client.send(command),
  );

const KEEP_MS = 3_600_000;

/** Credentials from a secret as RDS writes it, JSON with `username` and `password`. */
export function auroraCredentials({ secretArn, client, now = Date.now }: AuroraSecret): CredentialSource {
  let fetched: Readonly<{ credentials: Promise<DatabaseCredentials>; at: number }> | undefined;
  let underWay: Promise<DatabaseCredentials> | undefined;
  return {
    current: () => (fetched !== undefined && now() - fetched.at < KEEP_MS ? fetched.credentials : refresh()),
    refresh,
  };

  function refresh(): Promise<DatabaseCredentials> {
    underWay ??= fetchSecret().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function fetchSecret(): Promise<DatabaseCredentials> {
    const at = now();
    const text = await storedText({ client, secretArn });
    if (text.isErr())
      throw new Error(`the database secret is ${text.error.reason}`, { cause: text.error.cause });
    const credentials = credentialsIn(text.value);
    fetched = { credentials: Promise.resolve(credentials), at };
    return credentials;
  }
}

/** Nothing of the secret is repeated in the fault. */
function credentialsIn(secret: string): DatabaseCredentials {
  try {
    const { username, password } = JSON.parse(secret) as Readonly<Record<string, unknown>>;
    if (typeof username === 'string' && typeof password === 'string') return { user: username, password };
  } catch {
    // Refused below, with every other shape that is not ours.
  }
  throw new Error('the database secret must be JSON with a username and a password');
}
