import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it, vi } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const KB = 1_000;

let files: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[];

beforeAll(async () => {
  // Of React, tests would otherwise get what is for development.
  vi.stubEnv('NODE_ENV', 'production');
  const built = await build({
    configFile: join(ROOT, 'console/vite.config.ts'),
    logLevel: 'error',
    build: { write: false },
  });
  vi.unstubAllEnvs();
  files = (Array.isArray(built) ? built : [built]).flatMap((each) => ('output' in each ? each.output : []));
});

const chunks = () => files.filter((file) => file.type === 'chunk');
const page = () => {
  const index = files.find(({ fileName }) => fileName === 'index.html');
  return index?.type === 'asset' ? String(index.source) : '';
};
const weight = (of: readonly Rolldown.OutputChunk[]) =>
  of.reduce((sum, { code }) => sum + gzipSync(code).length, 0);

/** What the browser asks for before the page stands: what the page names and all that it imports at once. */
function firstLoad(): readonly Rolldown.OutputChunk[] {
  const known = new Map(chunks().map((chunk) => [chunk.fileName, chunk]));
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const next of known.get(name)?.imports ?? []) need(next);
  };
  for (const [, name = ''] of page().matchAll(/<script[^>]*\ssrc="\/console\/([^"]+)"/g)) need(name);
  return [...needed].flatMap((name) => known.get(name) ?? []);
}

describe('what is built of the console', () => {
  it('is at most 150 kB of JavaScript at first and 250 kB in all, as gzip', () => {
    expect(firstLoad().length).toBeGreaterThan(0);
    expect(weight(firstLoad())).toBeLessThanOrEqual(150 * KB);
    expect(weight(chunks())).toBeLessThanOrEqual(250 * KB);
  });

  it('has nothing inline, and nothing of another host', () => {
    expect(page()).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
    const loaded = [...page().matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url);
    expect(loaded.length).toBeGreaterThan(2);
    expect(loaded.filter((url) => !url?.startsWith('/console/'))).toEqual([]);
    const styles = files.filter(({ fileName }) => fileName.endsWith('.css'));
    expect(styles.length).toBeGreaterThan(0);
    for (const style of styles)
      if (style.type === 'asset') expect(String(style.source)).not.toMatch(/url\(|@import/);
  });

  it('names its files by what is in them, but for the page', () => {
    const named = files.map(({ fileName }) => fileName).filter((name) => name !== 'index.html');
    expect(named.filter((name) => !/^assets\/.+-[\w-]{8}\.\w+$/.test(name))).toEqual([]);
  });

  it('is made of packages whose licences may be handed on', () => {
    const bundled = new Set(
      chunks()
        .flatMap(({ moduleIds }) => moduleIds)
        .flatMap((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []),
    );
    expect(bundled.size).toBeGreaterThan(5);
    const licences = [...bundled].map((folder) => {
      const { name, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name: string;
        license: string;
      };
      return [name, license] as const;
    });
    expect(
      licences.filter(([, licence]) => !/^(MIT|ISC|Apache-2\.0|0BSD|BSD-[23]-Clause)$/.test(licence)),
    ).toEqual([]);
  });
});
