import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auroraCredentials } from '../../src/adapters/aws/secrets.ts';

const HOUR_MS = 3_600_000;

/** The real client before a server that answers as Secrets Manager does, with a new password each time. */
async function secret(textOf = (n: number) => JSON.stringify({ username: 'app', password: `p${n}` })) {
  let fetches = 0;
  let now = 0;
  const server = createServer((_, response) => {
    fetches += 1;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ SecretString: textOf(fetches) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new SecretsManagerClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return {
    credentials: auroraCredentials({ secretArn: 'arn:x', client, now: () => now }),
    fetches: () => fetches,
    pass: (ms: number) => {
      now += ms;
    },
    server,
  };
}

describe('credentials from a secret', () => {
  it('are fetched once an hour', async () => {
    const { credentials, fetches, pass } = await secret();
    expect(await credentials.current()).toEqual({ user: 'app', password: 'p1' });
    pass(HOUR_MS - 1);
    expect(await credentials.current()).toEqual({ user: 'app', password: 'p1' });
    pass(1);
    expect(await credentials.current()).toEqual({ user: 'app', password: 'p2' });
    expect(fetches()).toBe(2);
  });

  it('are fetched once for many who ask at the same time', async () => {
    const { credentials, fetches } = await secret();
    await Promise.all(Array.from({ length: 50 }, () => credentials.current()));
    expect(fetches()).toBe(1);
  });

  it('are fetched anew when they were refused, and kept from then on', async () => {
    const { credentials } = await secret();
    await credentials.current();
    expect(await credentials.refresh()).toEqual({ user: 'app', password: 'p2' });
    expect(await credentials.current()).toEqual({ user: 'app', password: 'p2' });
  });

  it('stay as they were when the refetch fails, and the next call asks again', async () => {
    const { credentials, server } = await secret();
    await credentials.current();
    server.close();
    server.closeAllConnections();
    await expect(credentials.refresh()).rejects.toThrow();
    expect(await credentials.current()).toEqual({ user: 'app', password: 'p1' });
  });

  it.each(['', 'hunter2', '{"username":"app"}', '["hunter2"]', 'null'])(
    'are refused, and nothing of them is shown, when the secret is %j',
    async (text) => {
      const { credentials } = await secret(() => text);
      const fault = await credentials.current().catch((each: unknown) => each);
      expect(String(fault)).toBe('Error: the database secret must be JSON with a username and a password');
    },
  );
});
