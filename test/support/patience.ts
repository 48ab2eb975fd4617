import type { Patience } from '../../src/adapters/shared/store-gate.ts';

/** A minute, for tests share their machine: an engine that stands still for seconds is no silent store there. */
export const PATIENCE: Patience = { suspectMs: 60_000, waitMs: 60_000 };
