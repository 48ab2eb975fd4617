import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { money } from '../../src/domain/kernel/money.ts';
import type {
  ChargeAnswer,
  Processor,
  ProcessorOutcomeUnknown,
  ProcessorUnavailable,
  Verdict,
} from '../../src/ports/processor.ts';

/**
 * What goes wrong with each order, once, by the payment method of its charge. `tok_late` has its effect and its answer
 * after every caller stopped waiting; `tok_hangs` has its effect at once and never answers; `tok_lost` never arrives;
 * `tok_denies` has its effect and says that it had none; `tok_miscounts` has it and says another amount; `tok_forgets`
 * hangs, and then says that it has no record.
 */
export const TROUBLES = [
  'tok_late',
  'tok_hangs',
  'tok_lost',
  'tok_denies',
  'tok_miscounts',
  'tok_forgets',
] as const;

type Answered<Answer> = ResultAsync<Answer, ProcessorUnavailable | ProcessorOutcomeUnknown>;

const silence: Answered<never> = ResultAsync.fromSafePromise(new Promise<never>(() => {}));

/** A processor that goes wrong as its orders' payment methods say, and is right when it is asked again. */
export function troubledProcessor(
  real: Processor,
  lateMs: number,
): Processor & Readonly<{ arrived: () => Promise<void> }> {
  /** Of each charge: the simulator's books keep no token. */
  const methods = new Map<string, string>();
  const met = new Set<string>();
  const forgotten = new Set<string>();
  const underWay: Promise<unknown>[] = [];

  function trouble<Answer extends ChargeAnswer>(
    method: string | undefined,
    reference: string,
    act: () => Answered<Answer>,
  ): Answered<Answer> {
    if (met.has(reference)) return act();
    met.add(reference);
    switch (method) {
      case 'tok_late': {
        const late = new Promise((resolve) => setTimeout(resolve, lateMs)).then(act);
        underWay.push(late);
        return new ResultAsync(late);
      }
      case 'tok_hangs':
        return act().andThen(() => silence);
      case 'tok_lost':
        return silence;
      case 'tok_denies':
        return act().andThen((): Answered<Answer> => errAsync({ kind: 'ProcessorUnavailable' }));
      case 'tok_miscounts':
        return act().andThen(
          (answer): Answered<Answer> =>
            okAsync('amount' in answer ? { ...answer, amount: oneMore(answer.amount) } : answer),
        );
      case 'tok_forgets':
        forgotten.add(reference);
        return act().andThen(() => silence);
      case undefined:
      default:
        return act();
    }
  }

  return {
    ...real,
    charge: (order) => {
      methods.set(order.reference, order.paymentMethod);
      return trouble(order.paymentMethod, order.reference, () => real.charge(order));
    },
    move: (order) => trouble(methods.get(order.charge), order.reference, () => real.move(order)),
    lookup: (query) =>
      forgotten.delete(query.reference) ? errAsync({ kind: 'ProcessorHasNoRecord' }) : real.lookup(query),
    /** Resolves when everything that is late has arrived. */
    arrived: async () => {
      await Promise.all(underWay);
    },
  };
}

const oneMore = ({ minorUnits, currency }: Verdict['amount']): Verdict['amount'] =>
  money(minorUnits + 1n, currency);
