import { beforeAll, describe, expect, it } from 'vitest';
import { bothServices } from '../../../support/both-services.ts';
import { theDocument } from '../../../support/described-app.ts';
import { type Document, operationsOf } from '../../../support/operations.ts';
import { filled } from '../../../support/wrong-requests.ts';

const JSON_TYPE = 'application/json';
const UNREAD = 'no_route_reads_this';

/** Of both services, those that a token is for. */
const POSTS = operationsOf(theDocument as unknown as Document).filter(
  ({ method, operation: { security = [] } }) => method === 'post' && security.length > 0,
);

/** EventBridge's envelope may come to hold more; a reconciliation may be begun with what is no JSON. */
const OTHERS: readonly string[] = ['/approvals/events', '/reconciliations'];

/** What has to be there for the rest to be read. */
const CHOSEN: Readonly<Record<string, object>> = {
  '/customers/{id}/payment_methods': { type: 'card' },
};

describe('a POST', () => {
  let send: (path: string, body: string, type: string) => Promise<Response>;

  beforeAll(async () => {
    const serviceOf = await bothServices();
    send = async (path, body, type) => {
      const { app, token } = serviceOf(path);
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': type,
        'content-length': `${body.length}`,
      };
      return app.request(filled(path), { method: 'POST', headers, body });
    };
  });

  it('says in the document what its body may hold', () => {
    expect(POSTS.length).toBeGreaterThan(30);
    expect(POSTS.filter(({ operation }) => operation.requestBody === undefined)).toEqual([]);
  });

  it.each(POSTS.filter(({ path }) => !OTHERS.includes(path)).map(({ name, path }) => [name, path]))(
    'to %s refuses a field that it does not read, what is no JSON and what does not say that it is',
    async (_, path) => {
      const unknown = await send(path, JSON.stringify({ ...CHOSEN[path], [UNREAD]: 1 }), JSON_TYPE);
      expect(unknown.status).toBe(400);
      const { errors } = (await unknown.json()) as { errors: readonly Readonly<{ path: string }>[] };
      expect(errors).toContainEqual(expect.objectContaining({ path: UNREAD }));

      const broken = await send(path, '{', JSON_TYPE);
      expect(await broken.json()).toMatchObject({
        status: 400,
        errors: [{ path: '', message: 'is not JSON' }],
      });
      expect((await send(path, '{}', 'text/plain')).status).toBe(415);
    },
  );
});
