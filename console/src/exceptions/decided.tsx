import { CircleCheck, Hourglass, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { Time } from '../parts/clock.tsx';
import type { Exception } from './exception-queries.ts';
import { ACTION_NAMES, type Action } from './resolution.ts';

const nameOf = (action: string | undefined): string => ACTION_NAMES[action as Action] ?? action ?? 'Settled';

const LOOKS = {
  good: 'bg-good-wash text-good',
  warn: 'bg-warn-wash text-warn',
  plain: 'bg-plain-wash text-quiet',
};

const Note = ({
  tone,
  icon: Icon,
  children,
}: Readonly<{ tone: keyof typeof LOOKS; icon: typeof CircleCheck; children: ReactNode }>) => (
  <div className={`flex items-start gap-3 rounded-lg p-4 ${LOOKS[tone]}`}>
    <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
    <div className="min-w-0 break-words">{children}</div>
  </div>
);

/** What was decided about it, by whom and why: what waits for a second person, what was done, and what was taken back. */
export function Decided({ exception, isOwn }: Readonly<{ exception: Exception; isOwn: boolean }>) {
  const { status, proposal, resolution, refusal, expected_until } = exception;
  return (
    <div role="status" className="flex flex-col gap-3 empty:hidden">
      {proposal !== undefined && (
        <Note tone="warn" icon={Hourglass}>
          <p className="font-medium">
            {nameOf(proposal.action)} waits for a second person{isOwn ? ': you proposed it' : ''}.
          </p>
          <p>
            {proposal.by}, <Time at={proposal.at} />: {proposal.reason}
          </p>
          {proposal.transaction_id !== undefined && (
            <p className="font-mono text-[13px]">{proposal.transaction_id}</p>
          )}
          {proposal.until !== undefined && (
            <p>
              Until <Time at={proposal.until} />
            </p>
          )}
        </Note>
      )}
      {resolution !== undefined && (
        <Note tone={status === 'ignored' ? 'plain' : 'good'} icon={CircleCheck}>
          <p className="font-medium">
            {resolution.settled_by !== undefined
              ? `Its transaction was settled by ${resolution.settled_by}.`
              : `${nameOf(resolution.action)}: done.`}
          </p>
          {resolution.by !== undefined && (
            <p>
              {resolution.by}
              {resolution.confirmed_by !== undefined && ` and ${resolution.confirmed_by}`},{' '}
              <Time at={resolution.at} />: {resolution.reason}
            </p>
          )}
        </Note>
      )}
      {status === 'open' && expected_until !== undefined && (
        <Note tone="plain" icon={Hourglass}>
          Expected until <Time at={expected_until} />.
        </Note>
      )}
      {status === 'open' && refusal !== undefined && (
        <Note tone="plain" icon={Undo2}>
          The last resolution was rejected by {refusal.by}, <Time at={refusal.at} />: {refusal.reason}
        </Note>
      )}
    </div>
  );
}
