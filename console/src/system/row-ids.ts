/** Where the lists of rows stand on the page, so that numbers lead to them. */
export const PARKED = { platform: 'parked-events', approvals: 'parked-events-of-approvals' };
export const UNSENT = { platform: 'unsent-events', approvals: 'unsent-events-of-approvals' };
export const JOBS = 'jobs';
export const DELIVERIES = 'due-deliveries';
export const DEAD_LETTERS = 'dead-letters';
