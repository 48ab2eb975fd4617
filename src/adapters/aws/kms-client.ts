import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { StorageRisk } from '../../ports/storage-risk.ts';
import { foreignEndpoint } from '../shared/aws-endpoint.ts';
import type { KmsKeys } from './secret-keys.ts';

/** A client of KMS that tries three times: whatever is asked of it here can be repeated. */
export function kmsClient({ region, endpoint }: Readonly<{ region: string; endpoint?: string }>): KMSClient {
  const client = new KMSClient({
    region,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  // It prepares a log line of every reply, in which KMS's plain texts would stand, for a logger, and there is none.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** A risk when the keys are asked for elsewhere than at AWS over TLS. */
export const kmsEndpointRisks = ({
  client,
  keyId,
}: Pick<KmsKeys, 'client' | 'keyId'>): Promise<readonly StorageRisk[]> =>
  foreignEndpoint('KMS', new DescribeKeyCommand({ KeyId: keyId }), (command) => client.send(command));
