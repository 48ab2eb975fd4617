import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, describe, expect, it } from 'vitest';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { approvalsContracts } from '../contract/approvals/everything.ts';
import { storageContracts } from '../contract/everything.ts';
import { freshDynamoDbStorage } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';

const isDockerThere = await getContainerRuntimeClient().then(
  () => true,
  () => false,
);

if (isDockerThere) {
  console.log(
    'containers: a Docker socket answers, so the contracts run on postgres:18 and dynamodb-local too',
  );
  const [postgres, dynamodb] = await Promise.all([
    new GenericContainer('postgres:18')
      .withEnvironment({ POSTGRES_PASSWORD: 'test' })
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start(),
    new GenericContainer('amazon/dynamodb-local:latest').withExposedPorts(8000).start(),
  ]);
  const at = (container: StartedTestContainer, port: number) =>
    `${container.getHost()}:${container.getMappedPort(port)}`;
  const server = await postgresServer(`postgres://postgres:test@${at(postgres, 5432)}/postgres`);
  afterAll(async () => {
    await server.close();
    await Promise.all([postgres.stop(), dynamodb.stop()]);
  });
  storageContracts('postgres (container)', async () => postgresStorage(await server.newPool()));
  approvalsContracts('postgres (container)', async () => approvalsPostgresStorage(await server.newPool()));
  storageContracts('dynamodb-local (container)', () => freshDynamoDbStorage(`http://${at(dynamodb, 8000)}`));
} else {
  describe('Containers', () => {
    it('are left out, because no Docker socket answers; the embedded engines ran the same contracts', () => {
      console.log('containers: no Docker socket answers, so the contracts run on the embedded engines only');
      expect(isDockerThere).toBe(false);
    });
  });
}
