import { PaywrightProblem } from '../../../client/src/client.ts';
import type { Schemas } from './api.ts';

type Problem = Partial<Schemas['Problem']>;

type Terms = Readonly<{
  type: string;
  /** Called as bytes leave, with how many have. */
  onSent: (bytes: number) => void;
  signal: AbortSignal;
}>;

/**
 * Stores a file at a link, whole or not at all. The browser reads it from the disk as it is sent, so that of no file more than a
 * piece is in memory. Fails with `PaywrightProblem` only; with its status 0 where no answer came, also because it was stopped.
 */
export const putFile = (link: string, file: File, { type, onSent, signal }: Terms): Promise<void> =>
  new Promise((resolve, reject) => {
    // `fetch` says nothing of how much it has sent.
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const fail = (problem: Problem) => reject(new PaywrightProblem(request.status, problem));
    request.open('PUT', link);
    request.setRequestHeader('content-type', type);
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () =>
      request.status >= 200 && request.status < 300 ? resolve() : fail(problemIn(request));
    request.onerror = () => fail({ title: 'The connection was lost', detail: NOT_WHOLE });
    request.onabort = () => fail({ title: 'It was stopped', detail: NOT_WHOLE });
    request.onloadend = () => signal.removeEventListener('abort', stop);
    if (signal.aborted) return fail({ title: 'It was stopped', detail: NOT_WHOLE });
    signal.addEventListener('abort', stop);
    request.send(file);
  });

const NOT_WHOLE = 'Unless all of the file had gone, none of it is kept.';

/** What a server of this service says; a store of its own speaks another language. */
function problemIn({ responseText, status }: XMLHttpRequest): Problem {
  try {
    return JSON.parse(responseText) as Problem;
  } catch {
    return { title: `The store of files answered ${status}`, detail: 'The file was not taken.' };
  }
}
