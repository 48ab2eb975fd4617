import { Link } from '@tanstack/react-router';
import { mayApprove } from '../api/session.ts';
import { useSession } from '../shell/session-context.ts';
import { FigureCard, Oldest } from './figure.tsx';
import { DEAD_LETTERS, DELIVERIES, JOBS } from './row-ids.ts';
import type { SystemState } from './system-queries.ts';

const MOST_COUNTED = 1_000;

/** What waits outside the outboxes: messages to approvers, jobs of files and webhook deliveries. */
export function QueueCards({ system }: Readonly<{ system: SystemState }>) {
  const { approval_queue, jobs, webhook_deliveries } = system;
  return (
    <ul className="grid grid-cols-1 gap-3 lg:grid-cols-3">
      <ApprovalQueue depth={approval_queue} />
      <FigureCard
        name="Jobs of files"
        figures={[
          { name: 'Due', value: jobs.due, most: MOST_COUNTED, rows: JOBS },
          { name: 'Worked on', value: jobs.running, most: MOST_COUNTED, rows: JOBS },
          { name: 'Put off', value: jobs.later, most: MOST_COUNTED, rows: JOBS },
        ]}
      >
        <Oldest at={jobs.oldest_due_at} verb="is due" />
      </FigureCard>
      <FigureCard
        name="Webhook deliveries"
        figures={[{ name: 'Due', value: webhook_deliveries.due, most: MOST_COUNTED, rows: DELIVERIES }]}
      >
        <Oldest at={webhook_deliveries.oldest_due_at} verb="is due" />
      </FigureCard>
    </ul>
  );
}

/** A queue gives its messages to those alone who receive them: only the dead ones can be looked at. */
function ApprovalQueue({ depth }: Readonly<{ depth: SystemState['approval_queue'] }>) {
  const session = useSession();
  if (depth === undefined)
    return (
      <FigureCard name="Approval queue" figures={[]}>
        The queue does not answer.
      </FigureCard>
    );
  const { waiting, hidden, dead } = depth;
  return (
    <FigureCard
      name="Approval queue"
      figures={[
        { name: 'Wait', value: waiting },
        { name: 'Received', value: hidden },
        { name: 'Dead', value: dead, rows: DEAD_LETTERS, isBad: true },
      ]}
    >
      Messages are shown to those alone who receive them. The payments they are about are{' '}
      {mayApprove(session) ? (
        <Link to="/approvals" className="font-medium text-accent hover:underline">
          those that wait for approval
        </Link>
      ) : (
        'those that wait for approval'
      )}
      .
    </FigureCard>
  );
}
