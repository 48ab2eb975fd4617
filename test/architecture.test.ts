import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: the rules are plain JavaScript, so that the tool's own command line reads them too.
import walls, { FEATURES } from '../.dependency-cruiser.mjs';

const ROOT = join(import.meta.dirname, '..');

const rules = walls as Required<Pick<IFlattenedRuleSet, 'forbidden'>> & { options: object };

/** Reads every import below `baseDir`/src and holds it against the walls. */
async function cruised(baseDir: string): Promise<ICruiseResult> {
  const ruleSet = { forbidden: rules.forbidden };
  const { output } = await cruise(['src'], { ...rules.options, baseDir, ruleSet, validate: true });
  return output as ICruiseResult;
}

const told = ({ summary }: ICruiseResult) =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);

describe('the walls', () => {
  it('hold everywhere, and every module was looked at', async () => {
    const result = await cruised(ROOT);
    expect(told(result)).toEqual([]);
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
const holding = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
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

  it.each(layers)('forms no circle in %s', (_, features) => {
    const reaches = (from: string, seen: readonly string[]): void => {
      expect(seen, 'features that need each other are one feature').not.toContain(from);
      for (const next of features[from] ?? []) reaches(next, [...seen, from]);
    };
    for (const feature of Object.keys(features)) reaches(feature, []);
  });
});

describe('the house', () => {
  it('has no file of more than 300 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 301);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('names files for what they are, in kebab case', () => {
    const names = sources.map(({ path }) => basename(path, '.ts'));
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
    const empty = /^(index|utils?|helpers?|common|misc|data|types|constants)$|manager|helper|-impl$|-utils?$/;
    expect(names.filter((name) => empty.test(name))).toEqual([]);
  });

  it('names nothing after its pattern', () => {
    expect(holding(/\b(interface I[A-Z][a-z]\w*|\w+(Impl|Manager|Helper|Utils?)\b(?=\s*[=({<:]))/)).toEqual(
      [],
    );
  });

  it('has no classes and no barrels', () => {
    expect(holding(/^\s*(export )?(abstract )?class /m)).toEqual([]);
    expect(holding(/^export (\*|\{[^}]*\}) from /m)).toEqual([]);
  });

  it('reads the environment in one place at most', () => {
    expect(holding(/process\.env/).length).toBeLessThanOrEqual(1);
  });

  it('takes time, chance and ids as arguments in the core', () => {
    const impure = holding(
      /Date\.now\(|new Date\(\)|Math\.random|randomUUID|performance\.now|setTimeout|process\./,
    );
    expect(impure.filter(inCore)).toEqual([]);
  });

  it('unwraps no result and silences no compiler', () => {
    expect(holding(/_unsafeUnwrap|@ts-(ignore|expect-error|nocheck)|(\)|\w) as any[;,)\]]|<any>/)).toEqual(
      [],
    );
  });

  it('asks what is accepted where requests are parsed, and never where what is stored is read', () => {
    const asking = holding(/\b(ACCEPTED_CURRENCIES|EVENT_TYPES|ROLES)\b/);
    expect(asking.filter((path) => !path.startsWith('entrypoints/')).toSorted()).toEqual([
      'domain/approvals/approver.ts',
      'domain/kernel/currency.ts',
      'domain/kernel/events.ts',
    ]);
  });

  it('leaves no work for later in its comments', () => {
    expect(holding(/\b(TODO|FIXME|XXX|HACK)\b(?!')/)).toEqual([]);
  });
});
