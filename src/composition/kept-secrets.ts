import type { ResultAsync } from 'neverthrow';
import { secretsClient, secretText, storedText } from '../adapters/aws/secret-text.ts';
import { auroraCredentials, type CredentialSource, secretEndpointRisks } from '../adapters/aws/secrets.ts';
import { tokenSecrets } from '../adapters/aws/token-secrets.ts';
import type { SecretUnusable, TokenSecrets } from '../ports/secrets.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';

/** Where a secret is kept. */
export type SecretPlace = Readonly<{ secretArn: string; region: string }>;

/** What is a risk of asking for the secret. Nothing is asked. */
export const secretPlaceRisks = (place: SecretPlace): Promise<readonly StorageRisk[]> =>
  secretEndpointRisks({ ...place, client: secretsClient(place) });

/** The secret as it is now, one plain text. */
export const keptText = (place: SecretPlace): ResultAsync<string, SecretUnusable> =>
  secretText({ ...place, client: secretsClient(place) });

/** Ok when the secret can be read, whatever it holds. */
export const isReadable = (place: SecretPlace): ResultAsync<void, SecretUnusable> =>
  storedText({ ...place, client: secretsClient(place) }).map(() => undefined);

/** Secrets of bearer tokens that rotate; `known` is the current one, as it has just been read. */
export const keptTokenSecrets = (
  place: SecretPlace,
  terms: Readonly<{ known: string; isFit: (text: string) => boolean }>,
): TokenSecrets => tokenSecrets({ ...place, ...terms, client: secretsClient(place) });

/** The credentials of a database, as they are rotated. */
export const databaseCredentials = (place: SecretPlace): CredentialSource =>
  auroraCredentials({ ...place, client: secretsClient(place) });

/** Reads what the secret holds, whatever it is, each time anew. */
export function anyText(place: SecretPlace): () => ResultAsync<string, SecretUnusable> {
  const secret = { ...place, client: secretsClient(place) };
  return () => storedText(secret);
}
