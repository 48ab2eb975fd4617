import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import { exceptionRows } from './exception-rows.ts';
import type { MatchReads } from './left-by-steps.ts';
import type { RowContributor } from './row-effects.ts';
import { settlementRows } from './settlement-rows.ts';
import { statementLineRows } from './statement-line-rows.ts';

/** What contributors read with, and name what they open by. */
export type ContributorPorts = Readonly<{ aggregates: MatchReads['aggregates']; ids: Ids; digests: Digests }>;

/** What rows change in another feature, which this one does not know. */
export type ContributorOf = (ports: ContributorPorts) => RowContributor;

/** Everything that rows change beside the transactions that they settle: one thing a line, none knows of another. */
export const rowContributors = (
  ports: ContributorPorts,
  others: readonly ContributorOf[],
): readonly RowContributor[] => [
  settlementRows(ports),
  statementLineRows(ports),
  exceptionRows(ports),
  ...others.map((each) => each(ports)),
];
