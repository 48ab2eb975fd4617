import { copyFileSync, cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { partsOf, withoutAbsent } from './absent.ts';
import { makeCodeCache } from './code-caches.ts';
import { withoutDocuments } from './documents.ts';
import { type BundledFunction, FUNCTIONS, type Service } from './functions.ts';
import {
  awsFromTheStart,
  credentialsOfLambda,
  lightContainer,
  oneThread,
  type Storage,
  withoutRoutesOfServers,
  withoutVerification,
} from './plugins.ts';
import {
  knownEndpoints,
  nativeSigning,
  schemasThatAreUsed,
  versionOfPackages,
  withoutEventStreams,
} from './sdk-plugins.ts';
import { servedMethodsOf } from './served-routes.ts';
import { asksStripe, bundleStripe, STRIPE_FILE, stripeBeside } from './stripe.ts';

export type BundleOptions = Readonly<{
  /** Gets a folder for each function, and is emptied first. */
  outDir: string;
  /** The one storage of each service's functions. */
  storages: Readonly<Record<Service, Storage>>;
  /** Beside each bundle, `function.cjs.map`, which nothing of it names. */
  sourceMaps?: boolean;
}>;

export type Bundle = BundledFunction &
  Readonly<{
    storage: Storage;
    /** What Lambda loads: it starts the bundle, from its code cache when that serves. */
    file: string;
    bundle: string;
    bytes: number;
    /** Of the file beside, which is loaded where Stripe is in the settings. */
    stripeBytes?: number;
    /** What it is made of: files by their path from the folder where it was made, and what is left of each. */
    inputs: Readonly<Record<string, Readonly<{ bytesInOutput: number }>>>;
  }>;

const START = join(import.meta.dirname, 'start.cjs');
const POSTGRES = join(import.meta.dirname, '../../src/adapters/postgres');

/** The files that a function which migrates applies; it reads them where `import.meta.url` says they are, beside it. */
const MIGRATIONS: Readonly<Record<Service, string>> = {
  platform: join(POSTGRES, 'migrations'),
  approvals: join(POSTGRES, 'approvals/migrations'),
};

/**
 * Makes the folder `<outDir>/<name>` of every function, for `index.handler` on Node 24: `function.cjs` is its bundle, minified, with all
 * that it uses and nothing to install beside it; `index.cjs` starts that, from `function.<arch>.cache` when that serves (`start.cjs`).
 * CommonJS, because Node starts it sooner than modules.
 */
export async function bundleFunctions({
  outDir,
  storages,
  sourceMaps = false,
}: BundleOptions): Promise<readonly Bundle[]> {
  rmSync(outDir, { recursive: true, force: true });
  const made = await Promise.all(
    (['approvals', 'platform'] as const).map((service) =>
      bundleService(service, outDir, storages[service], sourceMaps),
    ),
  );
  return made.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Those of one service, with this storage. A source file is read once for all of them, though each holds what it uses of it. */
export async function bundleService(
  service: Service,
  outDir: string,
  storage: Storage,
  sourceMaps = false,
): Promise<readonly Bundle[]> {
  const alike = Map.groupBy(
    FUNCTIONS.filter((each) => each.service === service),
    ({ name }) => [...partsOf(name), servedMethodsOf(name)].join(),
  );
  const made = await Promise.all(
    [...alike.values()].map((functions) => bundleAlike(functions, { outDir, storage, sourceMaps })),
  );
  const bundles = await withStripe(made.flat(), outDir);
  for (const { file, storage } of bundles) await makeCodeCache(file, storage);
  return bundles;
}

/** Made once for all functions that ask Stripe, and put beside each. */
async function withStripe(bundles: readonly Bundle[], outDir: string): Promise<readonly Bundle[]> {
  const [first, ...others] = bundles.filter(({ name }) => asksStripe(name));
  if (first === undefined) return bundles;
  const file = join(outDir, first.name, STRIPE_FILE);
  const stripeBytes = await bundleStripe(file);
  for (const { name } of others) copyFileSync(file, join(outDir, name, STRIPE_FILE));
  return bundles.map((each) => (asksStripe(each.name) ? { ...each, stripeBytes } : each));
}

/** Of functions that have the same parts and serve the same methods. */
async function bundleAlike(
  functions: readonly BundledFunction[],
  { outDir, storage, sourceMaps }: Readonly<{ outDir: string; storage: Storage; sourceMaps: boolean }>,
): Promise<readonly Bundle[]> {
  const [{ name: one } = { name: '' }] = functions;
  const { metafile } = await build({
    entryPoints: functions.map(({ name, entry }) => ({ in: entry, out: join(name, 'function') })),
    outdir: outDir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    minify: true,
    metafile: true,
    sourcemap: sourceMaps ? 'external' : false,
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
      stripeBeside,
      withoutAbsent(partsOf(one), storage),
      withoutRoutesOfServers,
      withoutVerification,
      withoutDocuments(servedMethodsOf(one)),
      withoutEventStreams,
      schemasThatAreUsed,
      versionOfPackages,
      knownEndpoints,
      nativeSigning,
      awsFromTheStart,
      credentialsOfLambda,
      lightContainer,
      oneThread,
    ],
  });
  for (const { name, service } of functions)
    if (name.endsWith('migrate') && storage === 'postgres')
      cpSync(MIGRATIONS[service], join(outDir, name, 'migrations'), { recursive: true });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [resolve(path), output]));
  return functions.map((each) => {
    const file = join(outDir, each.name, 'index.cjs');
    const bundle = join(outDir, each.name, 'function.cjs');
    const output = outputs.get(resolve(bundle));
    if (output === undefined) throw new Error(`${each.name} was not bundled`);
    copyFileSync(START, file);
    return { ...each, storage, file, bundle, bytes: output.bytes, inputs: output.inputs };
  });
}
