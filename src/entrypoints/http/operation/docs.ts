import { readFileSync } from 'node:fs';
import type { Hono } from 'hono';
import type { DocumentedProblem } from '../server/problem.ts';
import type { HttpContext, HttpEnv } from '../server/request-context.ts';
import { refuseOtherMethods, refuseRoute } from '../server/service-app.ts';
import { answerFile, type PublicFile, publicFile } from './public-file.ts';

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

type Documented = Readonly<{ document: () => string; problems: readonly DocumentedProblem[] }>;

const HEADERS = { 'Content-Security-Policy': CSP, 'Referrer-Policy': 'no-referrer' };
const HTML = 'text/html; charset=utf-8';

/**
 * The document at `/openapi.json`, rendered at `/docs` from files of this installation alone, and a page for each problem
 * code. The document is made and a file is read once, when it is first asked for, and shared by all of its readers.
 */
export function mountDocs(app: Hono<HttpEnv>, { document, problems }: Documented): void {
  let openApi: PublicFile | undefined;
  const page = publicFile(PAGE, HTML);
  const start = publicFile(START, 'text/javascript; charset=utf-8');
  const served = (c: HttpContext, file: PublicFile) => answerFile(c, file, HEADERS);
  app.get('/openapi.json', (c) => {
    openApi ??= publicFile(document(), 'application/json');
    return answerFile(c, openApi);
  });
  app.get('/docs', (c) => served(c, page));
  app.get('/docs/start.js', (c) => served(c, start));
  app.get('/docs/problems/:code', (c) => {
    const text = problemPage(problems, c.req.param('code'));
    return text === undefined ? refuseRoute(c) : served(c, publicFile(text, HTML));
  });
  app.get('/docs/:file', (c) => {
    const file = assetOf(c.req.param('file'));
    return file === undefined ? refuseRoute(c) : served(c, file);
  });
  for (const path of ['/openapi.json', '/docs', '/docs/*']) refuseOtherMethods(app, path, ['GET']);
}

const DAY_LONG = 'public, max-age=86400';
const readAssets = new Map<string, PublicFile>();

function assetOf(name: string): PublicFile | undefined {
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (asset === undefined) return undefined;
  const file = readAssets.get(name) ?? publicFile(readFileSync(new URL(asset.url())), asset.type, DAY_LONG);
  readAssets.set(name, file);
  return file;
}

function problemPage(problems: readonly DocumentedProblem[], code: string): string | undefined {
  const rows = problems.filter((row) => row.code === code);
  const [row] = rows;
  if (row === undefined) return undefined;
  const statuses = [...new Set(rows.map(({ status }) => status))].join(' or ');
  // What depends on the case is in the problem alone.
  const [detail] = rows.flatMap(({ detail: text }) =>
    typeof text === 'string' && text !== '' ? [text] : [],
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${code}</title></head>
<body>
<h1>${row.title}</h1>
<p><code>${code}</code>, status ${statuses}.</p>
${detail === undefined ? '' : `<p>${detail}</p>\n`}<p><a href="/docs">All routes</a></p>
</body>
</html>
`;
}
