import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileRing } from '../../../src/adapters/keys/file-ring.ts';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
import { removeEndpoint } from '../../../src/application/webhooks/change-endpoint.ts';
import { openSecrets } from '../../../src/application/webhooks/endpoint-secrets.ts';
import { NOON, origin } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { addEndpoint } from '../../fixtures/webhooks.ts';
import { customerDesk } from '../../support/customer-desk.ts';

const folder = mkdtempSync(join(tmpdir(), 'paywright-rekey-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('A rotation of keys', () => {
  it('reaches the secrets of webhook endpoints, and no removed one', async () => {
    const storage = memoryStorage();
    const ring = fileRing(join(folder, 'keys.json'), systemClock, 1);
    const desk = customerDesk(storage, ring);
    await addMerchants(storage, [aMerchant()]);
    const { endpoint, secret } = await addEndpoint(desk.ports);
    const removed = await addEndpoint(desk.ports);
    const { merchantId, id } = removed.endpoint;
    (await removeEndpoint(desk.ports)({ merchantId, id, origin }))._unsafeUnwrap();
    const rotated = (await desk.rotate())._unsafeUnwrap();
    expect(rotated).toMatchObject({ rewrapped: 1, released: 0 });
    const found = (
      await storage.aggregates.find(merchantId, 'webhook_endpoint', endpoint.id)
    )._unsafeUnwrap();
    if (found === undefined || found.status === 'removed') throw new Error('it is gone');
    expect(found.dataKey.keyId).not.toBe(endpoint.dataKey.keyId);
    expect(found.secrets).toEqual(endpoint.secrets);
    expect((await openSecrets(desk.ports.vault, found, NOON))._unsafeUnwrap()).toEqual([secret]);
    const gone = (await storage.aggregates.find(merchantId, 'webhook_endpoint', id))._unsafeUnwrap();
    expect(gone).not.toHaveProperty('secrets');
    expect(gone).not.toHaveProperty('dataKey');
    const whole = (await verify(desk.ports)(() => {}))._unsafeUnwrap();
    expect(whole.aggregates).toBe(3);
  });
});
