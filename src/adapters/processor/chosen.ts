import { errAsync } from 'neverthrow';
import type { OpenConfig, Processor } from '../../ports/processor.ts';

/**
 * Several processors as one. A merchant's config says by its `kind` which acts for it; `otherwise` acts for all that name none.
 * For a kind that is not among them there is no route, and of a charge that has one of it, from when the installation had that
 * kind, nothing is sent and nothing known: it is unavailable until the installation has the kind again.
 */
export function chosenProcessor<Kind extends string>(
  kinds: Readonly<Record<Kind, Processor>>,
  otherwise: NoInfer<Kind>,
): Processor {
  const all: ReadonlyMap<string, Processor> = new Map(Object.entries<Processor>(kinds));
  const of = (config: OpenConfig) => all.get(config('kind') ?? otherwise);
  return {
    routeOf: (config) => of(config)?.routeOf(config),
    accepts: (paymentMethod) => [...all.values()].some((each) => each.accepts(paymentMethod)),
    charge: (order) => of(order.config)?.charge(order) ?? errAsync(unavailable),
    cancel: (query) => of(query.config)?.cancel(query) ?? errAsync(unavailable),
    move: (order) => of(order.config)?.move(order) ?? errAsync(unavailable),
    lookup: (query) => of(query.config)?.lookup(query) ?? errAsync(unavailable),
  };
}

const unavailable = { kind: 'ProcessorUnavailable' } as const;
