import { readFile } from 'node:fs/promises';
import type { Hono } from 'hono';
import { DECLINES, PROBLEMS } from './problems.ts';
import type { HttpEnv } from './request-context.ts';
import { refuse } from './request-context.ts';

/** Everything the page loads is ours; styles may be set by its script, and nothing is sent anywhere else. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ASSETS: Readonly<Record<string, Readonly<{ type: string; url: () => string }>>> = {
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    url: () => import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
  },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    url: () => import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
  },
  'favicon-32x32.png': {
    type: 'image/png',
    url: () => import.meta.resolve('swagger-ui-dist/favicon-32x32.png'),
  },
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>paywright</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<noscript>The same is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Without a validator URL the page asks no outside service about the document. */
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });\n`;

/** The rendered API at `/docs`, from files of this installation alone, and a page for each problem code. */
export function mountDocs(app: Hono<HttpEnv>): void {
  const served = (body: string | Uint8Array<ArrayBuffer>, type: string, cache = 'no-store') =>
    new Response(body, {
      headers: {
        'Content-Type': type,
        'Content-Security-Policy': CSP,
        'Cache-Control': cache,
        'Referrer-Policy': 'no-referrer',
      },
    });
  app.get('/docs', () => served(PAGE, 'text/html; charset=utf-8'));
  app.get('/docs/start.js', () => served(START, 'text/javascript; charset=utf-8'));
  app.get('/docs/problems/:code', (c) => {
    const page = problemPage(c.req.param('code'));
    return page === undefined
      ? refuse(c, { kind: 'RouteNotFound' })
      : served(page, 'text/html; charset=utf-8');
  });
  app.get('/docs/:file', async (c) => {
    const file = c.req.param('file');
    const asset = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
    if (asset === undefined) return refuse(c, { kind: 'RouteNotFound' });
    const bytes = await readFile(new URL(asset.url()));
    return served(new Uint8Array(bytes), asset.type, 'public, max-age=86400');
  });
}

function problemPage(code: string): string | undefined {
  const row = Object.values(PROBLEMS).find((each) => each.code === code);
  const title = row?.title ?? (Object.hasOwn(DECLINES, code) ? DECLINES[code] : undefined);
  if (title === undefined) return undefined;
  const detail = typeof row?.detail === 'string' ? `<p>${row.detail}</p>\n` : '';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${code}</title></head>
<body>
<h1>${title}</h1>
<p><code>${code}</code>, status ${row?.status ?? 402}.</p>
${detail}<p><a href="/docs">All routes</a></p>
</body>
</html>
`;
}
