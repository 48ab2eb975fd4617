import { describe, expect, it } from 'vitest';
import { DEFAULTS, estimate } from '../../../../src/domain/cost/estimate.ts';
import { RECOMMENDED_ACTIONS } from '../../../../src/domain/cost/recommendations.ts';
import { JOB_WORKS } from '../../../../src/domain/files/job.ts';
import { theDocument } from '../../../support/described-app.ts';

type Described = Readonly<{
  description?: string;
  properties?: Readonly<Record<string, Described>>;
  items?: Described;
}>;

const described = (component: string, ...path: readonly string[]): readonly string[] => {
  const found = path.reduce<Described | undefined>(
    (schema, name) => (name === '[]' ? schema?.items : schema?.properties?.[name]),
    theDocument.components.schemas[component] as Described,
  );
  return [...(found?.description ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '');
};

describe('the document of the API', () => {
  it('names every action that an estimate recommends', () => {
    const usage = {
      ...DEFAULTS.usage,
      transactionsPerMonth: 500_000_000n,
      regions: 2n,
      retentionDays: 3_650n,
    };
    const { recommendations } = estimate({ ...DEFAULTS, usage })._unsafeUnwrap();
    const named = described('CostEstimate', 'recommendations', '[]', 'action');
    expect(named).toEqual(RECOMMENDED_ACTIONS);
    expect(recommendations.map(({ action }) => action).toSorted()).toEqual(named.toSorted());
  });

  it('names every work that jobs are given', () => {
    expect(described('OpenJob', 'work')).toEqual(JOB_WORKS);
  });
});
