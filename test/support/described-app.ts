import type { Hono } from 'hono';
import { present } from '../../src/domain/kernel/present.ts';
import { APPROVALS } from '../../src/entrypoints/http/approvals/approvals-app.ts';
import { documentOf } from '../../src/entrypoints/http/operation/openapi-document.ts';
import { PLATFORM } from '../../src/entrypoints/http/platform-resources.ts';
import type { HttpEnv } from '../../src/entrypoints/http/server/request-context.ts';
import { type OpenApiDocument, undescribed } from './description.ts';

/** The document of both services. */
export const theDocument = JSON.parse(documentOf([...PLATFORM, ...APPROVALS])) as OpenApiDocument;

const faultsOf = undescribed(theDocument);

/** Each item of a batch is judged alone, so a batch succeeds also with items that the document does not know. */
const JUDGED_ALONE: readonly string[] = ['/payments/batch', '/exceptions/resolve'];

/** The same app, which throws where it answers otherwise than the document says, or takes what it does not say. */
export function describedApp(app: Hono<HttpEnv>): Hono<HttpEnv> {
  const { fetch, request } = app;
  const checked = async (sent: string | undefined, { method, url }: Request, response: Response) => {
    const { pathname: path } = new URL(url);
    const faults = await faultsOf({
      method,
      path,
      response,
      ...(JUDGED_ALONE.includes(path) ? {} : present({ sent })),
    });
    if (faults.length > 0) throw new Error(`not as /openapi.json says: ${faults.join('; ')}`);
    return response;
  };
  app.fetch = async (asked, ...rest) => checked(undefined, asked, await fetch(asked, ...rest));
  app.request = async (input, init, ...rest) => {
    const response = await request(input, init, ...rest);
    const packed = new Headers(init?.headers).has('content-encoding');
    if (typeof init?.body !== 'string' || packed || response.status >= 300) return response;
    // A route may take a file in place of JSON.
    const isFile = new Headers(init?.headers).get('content-type')?.startsWith('text/csv') ?? false;
    return checked(
      isFile ? undefined : init.body,
      new Request(new URL(input instanceof Request ? input.url : input, 'http://test'), {
        method: init.method ?? 'GET',
      }),
      response,
    );
  };
  return app;
}
