const none = { tag: { name: '', description: '' }, routes: [], problems: [] };

/** Routes of processes that last, which the document says are not here: a function has no connections to keep. */
export const eventStream = none;

/** Nor a state that operators could look at. */
export const system = none;
