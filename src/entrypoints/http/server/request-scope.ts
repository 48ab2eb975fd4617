import { AsyncLocalStorage } from 'node:async_hooks';

/** One request, for as long as anything runs that it set off. */
export type RequestScope = {
  /** As `X-Request-Id` has it, once that is known. */
  id?: string;
  /** Whether the client closed its connection before the answer. */
  hasLeft: () => boolean;
  /** Runs once it is answered, whether or not the client reads that. */
  atEnd?: () => void;
};

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs the task, and every callback and promise that comes of it, as work of this request. */
export const inRequest = <T>(request: RequestScope, task: () => T): T => scopes.run(request, task);

/** The request that the running code works for, however many callbacks ago it came; none in workers and at start-up. */
export const currentRequest = (): RequestScope | undefined => scopes.getStore();
