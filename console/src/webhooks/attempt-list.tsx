import { Badge, inWords } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { SignedAttempt } from './signed-attempt.tsx';
import type { ReadDelivery } from './webhook-queries.ts';

/** Every attempt, the latest first: what was answered, after how long, the beginning of what was said, and how it was signed. */
export function AttemptList({
  of: { attempts, request },
}: Readonly<{ of: Pick<ReadDelivery, 'attempts' | 'request'> }>) {
  if (attempts.length === 0) return <p className="text-quiet">None yet.</p>;
  return (
    <ol className="flex flex-col gap-4" reversed>
      {attempts.toReversed().map((attempt, index) => (
        <AttemptItem key={attempt.at} attempt={attempt} request={request} number={attempts.length - index} />
      ))}
    </ol>
  );
}

type ItemProps = Readonly<{
  attempt: ReadDelivery['attempts'][number];
  request: ReadDelivery['request'];
  number: number;
}>;

function AttemptItem({ attempt, request, number }: ItemProps) {
  const { at, response_code, error, duration_ms, response_excerpt, headers } = attempt;
  const isGood = response_code !== undefined && response_code < 300;
  return (
    <li className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="text-quiet tabular-nums">{number}</span>
        <Badge tone={isGood ? 'good' : 'bad'}>
          {`${response_code ?? (error === undefined ? 'No answer' : inWords(error))}`}
        </Badge>
        <span className="text-quiet">
          <Time at={at} exact />
        </span>
        <span className="text-quiet tabular-nums">{Math.round(duration_ms)} ms</span>
      </p>
      {response_excerpt !== undefined && response_excerpt !== '' && (
        <pre
          tabIndex={0}
          role="region"
          aria-label={`What attempt ${number} was answered`}
          className="max-h-40 overflow-auto rounded-lg border border-line bg-rail p-3 font-mono text-xs"
        >
          {response_excerpt}
        </pre>
      )}
      <SignedAttempt request={request} headers={headers} number={number} />
    </li>
  );
}
