import {
  CreateSecretCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { secretsClient } from '../../src/adapters/aws/secret-text.ts';
import { EMULATOR_CREDENTIALS } from './aws-emulators.ts';

/** A client of the emulator, whose requests are not checked. */
export function emulatedSecrets(endpoint: string): SecretsManagerClient {
  const client = secretsClient({ region: 'eu-central-1', endpoint });
  client.config.credentials = () => Promise.resolve(EMULATOR_CREDENTIALS);
  return client;
}

/** A secret of its own, with what a rotation does to it. */
export async function aSecret(client: SecretsManagerClient, SecretString: string) {
  const { ARN: SecretId = '', VersionId: first } = await client.send(
    new CreateSecretCommand({ Name: `test-${crypto.randomUUID()}`, SecretString }),
  );
  return {
    arn: SecretId,
    /** What was current becomes the previous one. */
    rotate: (text: string) => client.send(new PutSecretValueCommand({ SecretId, SecretString: text })),
    /** Takes the label of the previous version away, which is the first. */
    forgetFirst: () =>
      client.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSPREVIOUS',
          RemoveFromVersionId: first,
        }),
      ),
  };
}
