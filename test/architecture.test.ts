import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: the rules are plain JavaScript, so that the tool's own command line reads them too.
import walls, { FEATURES } from '../.dependency-cruiser.mjs';

const ROOT = join(import.meta.dirname, '..');

const rules = walls as Required<Pick<IFlattenedRuleSet, 'forbidden'>> & { options: object };

/** Reads every import of the source, the client and the console below `baseDir` and holds it against the walls. */
async function cruised(baseDir: string): Promise<ICruiseResult> {
  const ruleSet = { forbidden: rules.forbidden };
  const { output } = await cruise(['src', 'client/src', 'console/src'], {
    ...rules.options,
    baseDir,
    ruleSet,
    validate: true,
  });
  return output as ICruiseResult;
}

const violationsOf = ({ summary }: ICruiseResult) =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);

describe('the walls', () => {
  it('hold everywhere, and every module was looked at', async () => {
    const result = await cruised(ROOT);
    expect(violationsOf(result)).toEqual([]);
    const seen = result.modules.filter(({ source }) => /^src\/.*\.ts$/.test(source));
    expect(seen.length).toBe(sources.length);
    expect(seen.length).toBeGreaterThan(60);
    const imports = seen.flatMap(({ dependencies }) => dependencies);
    expect(imports.length).toBeGreaterThan(300);
    expect(imports.filter(({ couldNotResolve }) => couldNotResolve)).toEqual([]);
  });

  it('are each missed by a house that ignores them', async () => {
    const result = await cruised(join(ROOT, 'test/fixtures/architecture'));
    const broken = new Set(result.summary.violations.map(({ rule }) => rule.name));
    expect(broken).toEqual(new Set(rules.forbidden.map(({ name }) => name)));
  });
});

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, 'src', path), 'utf8') }));
const inCore = (path: string) => /^(domain|ports|application)\//.test(path);

describe('what each feature may know', () => {
  const document = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const layers = Object.entries(FEATURES as Record<string, Record<string, readonly string[]>>);
  const rowOf = (feature: string) =>
    document
      .split('\n')
      .find((line) => line.startsWith(`| \`${feature}\` |`))
      ?.split('|')
      .map((cell) => cell.trim());

  it.each(
    layers.flatMap(([layer, features]) => Object.entries(features).map(([f, known]) => [layer, f, known])),
  )('is said of %s/%s in ARCHITECTURE.md as the walls have it', (layer, feature, known) => {
    const said = rowOf(String(feature))?.[layer === 'domain' ? 2 : 3];
    expect(said).toBe((known as readonly string[]).map((name) => `\`${name}\``).join(', ') || '—');
  });

  it('is drawn in ARCHITECTURE.md as the folders stand', () => {
    const drawing = document.slice(document.indexOf('```\nsrc/'), document.indexOf('\ntest/ '));
    const folders = ['domain', 'ports', 'application', 'adapters', 'entrypoints', 'composition'];
    const below = folders.flatMap((folder) =>
      readdirSync(join(ROOT, 'src', folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name),
    );
    const drawn = [...drawing.matchAll(/(?<=^ +|\/ )([a-z]+)\//gm)].map(([, name = '']) => name);
    expect(drawn.toSorted()).toEqual([...folders, ...below].toSorted());
  });

  it('is found by folder names alone: what pauses a webhook endpoint is in folders called webhooks', () => {
    // Schedules of exports pause as well, and are in folders called files.
    const pausing = holders(sources, /'paused'/).filter((path) => !path.includes('/files/'));
    expect(pausing.filter((path) => !path.includes('/webhooks/'))).toEqual([]);
    expect(new Set(pausing.map((path) => path.split('/webhooks/')[0]))).toEqual(
      new Set(['domain', 'application', 'entrypoints/http']),
    );
  });

  it.each(layers)('forms no circle in %s', (_, features) => {
    const reaches = (from: string, seen: readonly string[]): void => {
      expect(seen, 'features that need each other are one feature').not.toContain(from);
      for (const next of features[from] ?? []) reaches(next, [...seen, from]);
    };
    for (const feature of Object.keys(features)) reaches(feature, []);
  });
});

type Source = Readonly<{ path: string; text: string }>;
type Rule = Readonly<{
  /** Paths of the sources that break it. */
  found: (all: readonly Source[]) => readonly string[];
  /** Houses that break it, each in a way of its own. */
  broken: readonly (readonly Source[])[];
}>;

const holders = (all: readonly Source[], pattern: RegExp) =>
  all.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
const named = (path: string): readonly Source[] => [{ path, text: '' }];
const written = (text: string, path = 'domain/kernel/room.ts'): readonly Source[] => [{ path, text }];
const without =
  (pattern: RegExp, where: (path: string) => boolean = () => true): Rule['found'] =>
  (all) =>
    holders(all, pattern).filter(where);
const withoutNames =
  (isEmpty: (name: string) => boolean): Rule['found'] =>
  (all) =>
    all.map(({ path }) => path).filter((path) => isEmpty(basename(path, '.ts')));

const ASKS_WHAT_IS_ACCEPTED = [
  'domain/approvals/approver.ts',
  'domain/kernel/currency.ts',
  'domain/kernel/events.ts',
];

const RULES: Readonly<Record<string, Rule>> = {
  'has no file of more than 300 lines': {
    found: (all) => all.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path),
    broken: [written('\n'.repeat(301))],
  },
  'names files in kebab case': {
    found: withoutNames((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)),
    broken: [named('domain/kernel/auditChain.ts')],
  },
  'names files for what is in them': {
    found: withoutNames((name) =>
      /^(index|utils?|helpers?|common|misc|data|types|constants)$|manager|helper|-impl$|-utils?$/.test(name),
    ),
    broken: ['index.ts', 'money-utils.ts', 'payment-manager.ts', 'types.ts'].map(named),
  },
  'names nothing after its pattern': {
    found: without(/\b(interface I[A-Z][a-z]\w*|\w+(Impl|Manager|Helper|Utils?)\b(?=\s*[=({<:]))/),
    broken: [written('interface IPayments {'), written('const paymentsImpl = 1; const PaymentsImpl = 1')],
  },
  'has no classes': {
    found: without(/^\s*(export )?(abstract )?class /m),
    broken: [written('export class Payment {'), written('abstract class Payment {')],
  },
  'has no barrels': {
    found: without(/^export (\*|\{[^}]*\}) from /m),
    broken: [written("export * from './money.ts';"), written("export { money } from './money.ts';")],
  },
  'reads the environment in one place of each kind of process': {
    found: without(
      /process\.env/,
      (path) => !['entrypoints/cli/main.ts', 'entrypoints/lambda/function/environment.ts'].includes(path),
    ),
    broken: [written('process.env', 'a.ts'), written('process.env', 'entrypoints/lambda/process.ts')],
  },
  'takes time, chance and ids as arguments in the core': {
    found: without(
      /Date\.now\(|new Date\(\)|Math\.random|randomUUID|performance\.now|setTimeout|process\./,
      inCore,
    ),
    broken: [
      'Date.now()',
      'new Date()',
      'Math.random()',
      'randomUUID()',
      'setTimeout(f, 1)',
      'process.pid',
    ].map((text) => written(text, 'application/payments/room.ts')),
  },
  'unwraps no result and silences no compiler': {
    found: without(/_unsafeUnwrap|@ts-(ignore|expect-error|nocheck)|(\)|\w) as any[;,)\]]|<any>/),
    broken: ['found._unsafeUnwrap()', '// @ts-ignore', 'f(found as any)', 'g<any>()'].map((text) =>
      written(text),
    ),
  },
  'asks what is accepted where requests are parsed, and never where what is stored is read': {
    found: without(
      /\b(ACCEPTED_CURRENCIES|EVENT_TYPES|ROLES)\b/,
      (path) => !path.startsWith('entrypoints/') && !ASKS_WHAT_IS_ACCEPTED.includes(path),
    ),
    broken: [written('EVENT_TYPES.includes(type)', 'adapters/postgres/rows.ts')],
  },
  'leaves no work for later in its comments': {
    found: without(/\b(TODO|FIXME|XXX|HACK)\b(?!')/),
    broken: [written('// TODO: later'), written('// FIXME')],
  },
};

describe('the house', () => {
  it.each(Object.entries(RULES))('%s', (_, { found }) => {
    expect(found(sources)).toEqual([]);
  });

  it.each(Object.entries(RULES))('is found out when one does not hold: %s', (_, { found, broken }) => {
    for (const house of broken) expect(found(house), house[0]?.text).not.toEqual([]);
  });
});
