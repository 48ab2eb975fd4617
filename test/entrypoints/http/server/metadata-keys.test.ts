import { describe, expect, it } from 'vitest';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aPaymentBody, aRequest } from '../../../support/http-app.ts';

describe('a key of metadata', () => {
  it.each([
    ['of 41 characters', 'k'.repeat(41), 'has a name that must be at most 40 characters'],
    ['of nothing', '', 'has a name that must not be empty'],
  ])('%s is refused with what it may be', async (_, key, message) => {
    const { app } = await anHttpApp();
    const body = JSON.stringify({ ...aPaymentBody(), idempotency_key: 'k', metadata: { [key]: 'x' } });
    const response = await app.request('/payments', await aRequest({ body }));
    expect(response.status).toBe(400);
    expect(problem.parse(await response.json()).errors).toEqual([{ path: `metadata.${key}`, message }]);
  });

  it('that chooses a list is refused with the same sentence', async () => {
    const { app } = await anHttpApp();
    const path = `/payments?metadata[${'k'.repeat(41)}]=x`;
    const response = await app.request(path, await aRequest({ method: 'GET' }));
    expect(problem.parse(await response.json()).errors).toContainEqual({
      path: `metadata.${'k'.repeat(41)}`,
      message: 'has a name that must be at most 40 characters',
    });
  });

  it.each(['__proto__', 'toString'])('named %s chooses no other payments than its own', async (name) => {
    const { app } = await anHttpApp();
    const body = JSON.stringify({ ...aPaymentBody(), idempotency_key: 'k', metadata: { order: '1' } });
    expect((await app.request('/payments', await aRequest({ body }))).status).toBe(201);
    const response = await app.request(`/payments?metadata[${name}]=1`, await aRequest({ method: 'GET' }));
    if (name === '__proto__') expect(response.status).toBe(400);
    else expect(await response.json()).toMatchObject({ items: [] });
  });
});
