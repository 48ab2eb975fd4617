import { CodeBlock } from '../parts/code-block.tsx';
import { headerLines } from './sent-request.tsx';
import { verifySnippet } from './verify-snippet.ts';
import type { ReadDelivery } from './webhook-queries.ts';

type Props = Readonly<{
  request: ReadDelivery['request'];
  /** Absent of attempts of before they were kept. */
  headers: ReadDelivery['request']['headers'] | undefined;
  number: number;
}>;

/** The headers that one attempt was sent with, and how its receiver finds out that it came from here. */
export const SignedAttempt = ({ request, headers, number }: Props) => (
  <details>
    <summary className="w-fit rounded font-medium text-quiet hover:text-ink">Headers and signature</summary>
    <div className="mt-3 flex flex-col gap-3">
      {headers === undefined ? (
        <p className="text-quiet">The time and the signature of this attempt were not kept.</p>
      ) : (
        <CodeBlock label={`the headers of attempt ${number}`} text={headerLines(headers)} />
      )}
      <p className="text-quiet">
        To verify it, where <code className="font-mono">WEBHOOK_SECRET</code> is the endpoint’s secret:
      </p>
      <CodeBlock
        label={`the command that verifies attempt ${number}`}
        text={verifySnippet(request, headers)}
      />
    </div>
  </details>
);
