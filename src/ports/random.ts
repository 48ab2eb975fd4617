/** Between 0 and 1. For spreading things in time, never for secrets. */
export type Random = () => number;
