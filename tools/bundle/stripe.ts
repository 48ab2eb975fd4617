import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const STANDS = join(import.meta.dirname, 'in-their-place');
const ADAPTERS = join(import.meta.dirname, '../../src/adapters/stripe');

/**
 * Stripe's client and the adapters over it, in a file of their own beside each function that asks Stripe: inside, they would make every
 * function larger, and slower to start where there is no Stripe. Loaded when a function is made with Stripe in its settings.
 */
export const STRIPE_FILE = './stripe.cjs';

/** Functions that charge, pay vendors, look up what became of either, and read disputes. */
const ASKING: readonly string[] = [
  'process',
  'recovery',
  'jobs',
  'reconcile',
  'approvals-approve',
  'approvals-recovery',
];

export const asksStripe = (name: string): boolean => ASKING.includes(name);

/** In place of the adapters the same functions out of the file beside; a function that has none says so. */
export const stripeBeside: Plugin = {
  name: 'stripe-beside',
  setup(builder) {
    builder.onLoad({ filter: /\/src\/adapters\/stripe\/[a-z-]+\.ts$/ }, ({ path }) => ({
      contents: [
        `import { beside } from '${join(STANDS, 'stripe-beside.ts')}';`,
        ...namesOf(readFileSync(path, 'utf8')).map(
          (name) => `export const ${name} = (...given) => beside().${name}(...given);`,
        ),
      ].join('\n'),
      loader: 'js',
    }));
  },
};

/** What of Stripe's API is asked; its client brings some 140 resources more. */
const ASKED = new Set([
  'BalanceTransactions',
  'Charges',
  'Disputes',
  'PaymentIntents',
  'Payouts',
  'Refunds',
  'Transfers',
]);

/** Empty classes in place of resources that are not asked, and of what the client is made with where there is no Node. */
const askedAlone: Plugin = {
  name: 'asked-alone',
  setup(builder) {
    builder.onLoad(
      {
        filter:
          /\/stripe\/esm\/(?:resources\/.*|StripeEventNotificationHandler|net\/FetchHttpClient|crypto\/SubtleCryptoProvider)\.js$/,
      },
      ({ path }) => {
        const name = /\/resources\/(\w+)\.js$/.exec(path)?.[1];
        if (name !== undefined && ASKED.has(name)) return undefined;
        const classes = namesOf(readFileSync(path, 'utf8'));
        return { contents: classes.map((each) => `export class ${each} {}`).join('\n'), loader: 'js' };
      },
    );
  },
};

/** A part of the file, where a process would look for the package among others. */
const packageInside: Plugin = {
  name: 'package-inside',
  setup(builder) {
    builder.onLoad({ filter: /\/adapters\/stripe\/stripe-package\.ts$/ }, () => ({
      contents: "import Stripe from 'stripe'; export const stripePackage = () => Stripe;",
      loader: 'js',
      resolveDir: ADAPTERS,
    }));
  },
};

/** Writes the file that is copied beside each function that asks, and gives its size. */
export async function bundleStripe(file: string): Promise<number> {
  const { metafile } = await build({
    stdin: {
      contents: readdirSync(ADAPTERS)
        .map((name) => `export * from './${name}';`)
        .join('\n'),
      resolveDir: ADAPTERS,
    },
    outfile: file,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    legalComments: 'none',
    logLevel: 'error',
    plugins: [askedAlone, packageInside],
  });
  return Object.values(metafile.outputs)[0]?.bytes ?? 0;
}

const namesOf = (source: string): readonly string[] =>
  [...source.matchAll(/^export (?:const|class|(?:async )?function) (\w+)/gm)].map(([, name]) => name ?? '');
