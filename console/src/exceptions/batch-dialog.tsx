import { useState } from 'react';
import { inWords } from '../parts/badge.tsx';
import { count } from '../parts/count.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Choose } from '../parts/field.tsx';
import { SendForm } from '../parts/send-form.tsx';
import { type BatchResults, useBatch } from './batch.ts';
import { DecisionFields, decisionIn } from './decision-fields.tsx';
import type { Exception } from './exception-queries.ts';
import { inQuestion } from './in-question.ts';
import { ACTION_NAMES, type Action, actionsOn } from './resolution.ts';

/** Each exception is linked to a transaction of its own, so not several at once. */
const ACTIONS = ['accept_difference', 'expect_later', 'ignore'] as const satisfies readonly Action[];

type Props = Readonly<{ exceptions: readonly Exception[]; onClose: () => void }>;

/** One decision about all that were chosen: says first how many of them it can be about, and afterwards what became of each. */
export function BatchDialog({ exceptions: given, onClose }: Props) {
  const [exceptions] = useState(given);
  const [action, setAction] = useState<Action>('accept_difference');
  const able = exceptions.filter((each) => actionsOn(each).includes(action));
  const sending = useBatch(able);
  const send = (form: FormData): string | undefined => {
    if (able.length === 0) return 'Of these none can be decided so.';
    const decision = decisionIn(form, action);
    if (typeof decision === 'string') return decision;
    sending.mutation.mutate(decision);
    return undefined;
  };
  const { data } = sending.mutation;
  return (
    <Dialog title={`Decide about ${count(exceptions.length)}`} onClose={onClose}>
      {data !== undefined ? (
        <Outcome results={data} of={able} onClose={onClose} />
      ) : (
        <SendForm
          onSend={send}
          sending={sending}
          name={`${ACTION_NAMES[action]}: ${count(able.length)}`}
          tone={action === 'ignore' ? 'bad' : 'main'}
        >
          <Choose
            label="Decision"
            choices={ACTIONS.map((each) => [each, ACTION_NAMES[each]] as const)}
            value={action}
            data-first
            onChange={({ target }) => setAction(target.value as Action)}
          />
          <p role="status" className="font-medium">
            {count(able.length)} of {count(exceptions.length)} can be, {inQuestion(able)} in question.
            {able.length < exceptions.length &&
              ' The others have no difference in money, and are left alone.'}
          </p>
          <DecisionFields key={action} action={action} />
        </SendForm>
      )}
    </Dialog>
  );
}

type OutcomeProps = Readonly<{ results: BatchResults; of: readonly Exception[]; onClose: () => void }>;

const focus = (button: HTMLElement | null) => button?.focus();

function Outcome({ results: { results, succeeded }, of, onClose }: OutcomeProps) {
  const waiting = results.filter(({ status }) => status === 202).length;
  const refused = results.flatMap(({ index, problem }) =>
    problem === undefined ? [] : [{ index, problem }],
  );
  const said = [
    `${count(succeeded - waiting)} done.`,
    ...(waiting > 0 ? [`${count(waiting)} wait for a second person.`] : []),
    ...(refused.length > 0 ? [`${count(refused.length)} refused:`] : []),
  ];
  return (
    <div className="flex flex-col gap-4">
      <p role="status" className="font-medium">
        {said.join(' ')}
      </p>
      {refused.length > 0 && (
        <ul className="flex max-h-60 flex-col gap-2 overflow-y-auto">
          {refused.map(({ index, problem }) => (
            <li key={index} className="text-bad">
              {inWords(of[index]?.kind ?? '')}, {inQuestion(of.slice(index, index + 1))}: {problem.title}
            </li>
          ))}
        </ul>
      )}
      <button type="button" ref={focus} className="button h-9 self-end" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
