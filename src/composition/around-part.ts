/** What a service asks for beyond its own process, or beyond what stands in for that. */
export type OutsidePart = 'store' | 'processor' | 'objects' | 'queue' | 'bus';

/**
 * Lays the same thing round ports of a part, such as a trace of their calls. `name` is the port's own, as in `claims`. What it
 * gives back answers as the port that it was given.
 */
export type AroundPart = <Port extends object>(part: OutsidePart, name: string, port: Port) => Port;

/** Lays nothing. */
export const bare: AroundPart = (_, __, port) => port;

/** The same storage, `around` laid round each of its ports. */
export const aroundStorage = <Stored extends object>(storage: Stored, around: AroundPart): Stored =>
  Object.fromEntries(
    Object.entries(storage).map(([name, port]) => [name, isPort(port) ? around('store', name, port) : port]),
  ) as Stored;

const isPort = (value: unknown): value is object => typeof value === 'object' && value !== null;
