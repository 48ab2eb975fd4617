import type { Aggregates } from '../../ports/aggregates.ts';
import type { Ids } from '../../ports/ids.ts';
import type { RowContributor } from './row-effects.ts';

/** What contributors read with, and name what they open by. */
export type ContributorPorts = Readonly<{ aggregates: Aggregates; ids: Ids }>;

/** Everything that rows change beside the transactions that they settle: one thing a line, none knows of another. */
export const rowContributors = (_ports: ContributorPorts): readonly RowContributor[] => [];
