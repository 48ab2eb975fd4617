import type { EventNotParked } from '../../../application/outbox/parked-events.ts';
import { problemTable } from '../server/problem-table.ts';

/** What may stand in the way of looking at the system, and of putting an event back. */
export const systemProblems = problemTable<EventNotParked>({
  EventNotParked: {
    status: 404,
    code: 'event_not_parked',
    title: 'No such event is parked',
    detail: 'It was sent, is on its way or never was.',
  },
});

export const { refuse } = systemProblems;
