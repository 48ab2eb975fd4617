import type { Instant } from './instant.ts';

/** A UTC day, `YYYY-MM-DD`. */
export type Day = string & { readonly day?: never };

export const dayOf = (at: Instant): Day => new Date(at).toISOString().slice(0, 10);
