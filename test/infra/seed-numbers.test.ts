import { describe, expect, it } from 'vitest';
import { deviations, SEED_NUMBERS, withNumber } from './seed-numbers.ts';
import { production, type Resource } from './synthesized.ts';

const resources = Object.values(production().templates).flatMap((template) =>
  Object.values(template.toJSON()['Resources'] as Record<string, Resource>),
);

describe('The numbers of SPEC', () => {
  it('are those of the templates', () => {
    expect(deviations(resources)).toEqual([]);
  });

  it.each(SEED_NUMBERS)('fail this file when one is another or missing: $says', (number) => {
    const having = withNumber(resources, number);
    expect(having).not.toHaveLength(0);
    for (const each of having) {
      const changed = structuredClone(each) as Resource;
      let place = changed.Properties as Record<string | number, unknown>;
      for (const name of number.at.slice(0, -1)) place = place[name] as typeof place;
      const last = number.at.at(-1) ?? '';
      place[last] = another(number.is);
      expect(deviations(resources.map((one) => (one === each ? changed : one)))).toContain(number.says);
      expect(deviations(resources.filter((one) => one !== each))).toContain(number.says);
    }
  });
});

function another(value: number | string | boolean): number | string | boolean {
  if (typeof value === 'number') return value + 1;
  return typeof value === 'boolean' ? !value : `not ${value}`;
}
