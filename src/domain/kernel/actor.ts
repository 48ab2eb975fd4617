/** Who caused a change. `system` is paywright itself: recovery, relays, schedules. */
export type Actor = Readonly<{ id: string; type: 'user' | 'system' | 'admin' }>;

/** Where a request came from, as the audit trail keeps it. `requestId` joins it to the logs. */
export type Origin = Readonly<{ actor: Actor; requestId: string; ipAddress?: string; userAgent?: string }>;
