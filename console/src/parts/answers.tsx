import { CircleAlert, Lock, SearchX, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { PaywrightNoAnswer, PaywrightProblem } from '../../../client/src/client.ts';
import { statusOf, titleOf } from '../api/problem.ts';
import { inWords } from './badge.tsx';

const iconOf = (status: number | undefined) => {
  if (status === 0) return WifiOff;
  if (status === 403) return Lock;
  return status === 404 ? SearchX : CircleAlert;
};

const detailOf = (error: unknown): string => {
  if (error instanceof PaywrightNoAnswer)
    return 'What is on the page may be old. It is asked for again when the server is back.';
  if (statusOf(error) === 412) return 'Nothing was done. Look at it as it is now, and decide again.';
  if (error instanceof PaywrightProblem && error.title === undefined)
    return `The server answered ${error.status}.`;
  return error instanceof Error ? error.message : '';
};

/** Refusals of what was asked, which stand however often it is asked. */
const STANDING = [400, 403, 404, 422];

/** What the server answered in place of what was asked for, in its own words, each place of it that is wrong, and what can be done. */
export function Failure({ error, retry }: Readonly<{ error: unknown; retry?: () => void }>) {
  const status = statusOf(error);
  const Icon = iconOf(status);
  const title = titleOf(error);
  const detail = detailOf(error);
  const { requestId, errors = [] } = error instanceof PaywrightProblem ? error : {};
  return (
    <div role="alert" className="card flex items-start gap-3 p-4">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        {errors.length === 0 && detail !== title && <p className="text-quiet">{detail}</p>}
        {errors.map(({ path, message }) => (
          <p key={path + message} className="break-words text-quiet">
            {path === '' ? 'It' : inWords(path)} {message}
          </p>
        ))}
        {requestId !== undefined && (
          <p className="mt-1 font-mono text-xs break-all text-quiet">Request {requestId}</p>
        )}
      </div>
      {retry !== undefined && !STANDING.includes(status ?? 0) && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Rows in the place of those that are on their way, so that nothing moves when they come. */
export function Skeleton({ rows = 8, label = 'Loading' }: Readonly<{ rows?: number; label?: string }>) {
  return (
    <div role="status" aria-label={label} className="divide-y divide-line">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-11 items-center gap-4 px-3">
          <div className="h-3 w-24 animate-pulse rounded bg-plain-wash" />
          <div className="h-3 w-16 animate-pulse rounded bg-plain-wash" />
          <div className="h-3 flex-1 animate-pulse rounded bg-plain-wash" />
        </div>
      ))}
    </div>
  );
}

export function Empty({ title, children }: Readonly<{ title: string; children?: ReactNode }>) {
  return (
    <div className="flex flex-col items-center gap-1 px-4 py-14 text-center">
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="max-w-md text-quiet">{children}</div>}
    </div>
  );
}
