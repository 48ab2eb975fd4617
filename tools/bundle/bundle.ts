import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { type BundledFunction, FUNCTIONS, type Service } from './functions.ts';
import {
  credentialsOfLambda,
  oneStorage,
  oneThread,
  type Storage,
  withoutDocuments,
  withoutMessaging,
} from './plugins.ts';

export type BundleOptions = Readonly<{
  /** Gets a folder for each function, and is emptied first. */
  outDir: string;
  /** The one storage of each service's functions. */
  storages: Readonly<Record<Service, Storage>>;
}>;

export type Bundle = BundledFunction &
  Readonly<{ storage: Storage; file: string; bytes: number; metafile: Metafile }>;

const POSTGRES = join(import.meta.dirname, '../../src/adapters/postgres');

/** The files that a function which migrates applies; it reads them where `import.meta.url` says they are, beside it. */
const MIGRATIONS: Readonly<Record<Service, string>> = {
  platform: join(POSTGRES, 'migrations'),
  approvals: join(POSTGRES, 'approvals/migrations'),
};

/**
 * Makes `<outDir>/<name>/index.cjs` of every function, minified, with all that it uses and nothing to install beside it, for
 * `index.handler` on Node 24. CommonJS, because Node starts it sooner than modules.
 */
export async function bundleFunctions({ outDir, storages }: BundleOptions): Promise<readonly Bundle[]> {
  rmSync(outDir, { recursive: true, force: true });
  return Promise.all(FUNCTIONS.map((each) => bundleFunction(each, outDir, storages[each.service])));
}

/** One of them alone, with this storage. */
export async function bundleFunction(
  each: BundledFunction,
  outDir: string,
  storage: Storage,
): Promise<Bundle> {
  const file = join(outDir, each.name, 'index.cjs');
  const { metafile } = await build({
    entryPoints: [each.entry],
    outfile: file,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // An ESM build of a package has what is not used taken out of it.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    legalComments: 'none',
    logLevel: 'error',
    define: { 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
    external: ['pg-native'],
    plugins: [
      oneStorage(storage),
      ...(each.name === 'approvals-relay' ? [] : [withoutMessaging]),
      withoutDocuments,
      credentialsOfLambda,
      oneThread,
    ],
  });
  if (each.name.endsWith('migrate') && storage === 'postgres')
    cpSync(MIGRATIONS[each.service], join(outDir, each.name, 'migrations'), { recursive: true });
  const [output] = Object.values(metafile.outputs);
  return { ...each, storage, file, bytes: output?.bytes ?? 0, metafile };
}
