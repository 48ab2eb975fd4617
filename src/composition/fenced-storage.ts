import { errAsync, type ResultAsync } from 'neverthrow';
import type { RegionStanding } from '../application/kernel/region-standing.ts';
import type { Leases } from '../ports/leases.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';

/** Commits of either service. */
type AnyCommits<Change, Failure> = Readonly<{
  commit(change: Change): ResultAsync<void, Failure | StorageUnavailable>;
  prepare?(change: Change): Promise<void>;
}>;

/** The same commits, none of which is begun while the process does not know its region to be open. Without a region they are what they were. */
export const fencedCommits = <Change, Failure>(
  commits: AnyCommits<Change, Failure>,
  standing: RegionStanding | undefined,
): AnyCommits<Change, Failure> =>
  standing === undefined
    ? commits
    : {
        ...commits,
        commit: (change) => (standing.now() === 'open' ? commits.commit(change) : errAsync(cutOff(standing))),
      };

/** The same for leases, so that workers of a fenced region take up nothing: none is taken or renewed. */
export const fencedLeases = (leases: Leases, standing: RegionStanding | undefined): Leases =>
  standing === undefined
    ? leases
    : {
        hold: (...terms) => (standing.now() === 'open' ? leases.hold(...terms) : errAsync(cutOff(standing))),
        holders: (...terms) => leases.holders(...terms),
        release: (...terms) => leases.release(...terms),
      };

const cutOff = (standing: RegionStanding): StorageUnavailable => ({
  kind: 'StorageUnavailable',
  cause: new Error(
    standing.now() === 'fenced'
      ? `region ${standing.name} is fenced, or was since this process began`
      : `whether region ${standing.name} is fenced is not known`,
  ),
});
