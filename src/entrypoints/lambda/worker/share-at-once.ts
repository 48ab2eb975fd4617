import type { ShardAssignment } from '../../../application/outbox/shard-assignment.ts';

/** An invocation is over in moments and what it commits wakes no worker of another process, so it takes the shards of those that rest. */
export const shareAtOnce = (share: ShardAssignment): ShardAssignment => ({
  ...share,
  held: () => share.held({ atOnce: true }),
});
