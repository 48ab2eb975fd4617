import type { ResultAsync } from 'neverthrow';

/**
 * Calls of this process under one name that are under way at once are one call: Stripe would refuse all but the first for as long
 * as its idempotency key is in use.
 */
export function oneAtATime<Call extends ResultAsync<unknown, unknown>>() {
  const underWay = new Map<string, Call>();
  return (name: string, call: () => Call): Call => {
    const running = underWay.get(name);
    if (running !== undefined) return running;
    const begun = call();
    underWay.set(name, begun);
    const over = () => void underWay.delete(name);
    void begun.then(over, over);
    return begun;
  };
}
