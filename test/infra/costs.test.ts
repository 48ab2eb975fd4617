import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import prices from '../../docs/prices.json' with { type: 'json' };
import { costs } from './costs.ts';
import { synthesized } from './synthesized.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');

/** The rows of the guide's table of costs. */
const ROWS = (/^\| part \| idle[^]*?(?=\n\n)/m.exec(GUIDE)?.[0] ?? '').split('\n').slice(2);

const shown = (amount: number): string => (amount === 0 ? '0' : amount.toFixed(2));
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const total = (of: ReturnType<typeof costs>) =>
  (['idle', 'payments', 'vendors'] as const).map((column) => of.reduce((all, each) => all + each[column], 0));

describe('What a deployment costs', () => {
  it('is in the guide what its parts add up to, by prices that have a date', () => {
    const parts = costs();
    expect(ROWS).toEqual([
      ...parts.map(({ part, idle, payments, vendors }) =>
        row([part, shown(idle), shown(payments), shown(vendors)]),
      ),
      row(['together', ...total(parts).map(shown)]),
    ]);
    expect(prices.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it('is the guide’s smaller sum where one instance and one way out are enough', () => {
    const small = costs(synthesized({ highlyAvailable: 'false', leastCapacity: '1' }));
    const [idle = 0] = total(small);
    expect(GUIDE).toContain(
      `\`-c highlyAvailable=false -c leastCapacity=1\` brings the first column to ${idle.toFixed(0)}.`,
    );
  });
});
