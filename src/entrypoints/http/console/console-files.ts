import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { type PublicFile, publicFile } from '../operation/public-file.ts';

/** The built console: each file by its path below `/console/`, `index.html` for every other. */
export type ConsoleFiles = Readonly<{ find: (path: string) => PublicFile | undefined; page: PublicFile }>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** Names in `assets/` change with their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** Read once, and held for all readers; undefined where the console was not built. */
export function consoleFiles(folder: string): ConsoleFiles | undefined {
  const files = new Map<string, PublicFile>();
  for (const name of namesIn(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const path = name.split(sep).join('/');
    const content = readFileSync(join(folder, name));
    files.set(path, publicFile(content, type, path.startsWith('assets/') ? IMMUTABLE : undefined));
  }
  const page = files.get('index.html');
  return page && { find: (path) => files.get(path), page };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fault;
  }
}
